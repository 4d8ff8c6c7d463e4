//! Rows of a binary `COPY`: PostgreSQL documentation, `COPY`, "Binary Format".

use std::any::type_name;

use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo, Postgres};
use sqlx::{Type, TypeInfo as _};

/// A row for [`TemplateDb::copy`](crate::TemplateDb::copy): a tuple of one to sixteen values that sqlx can encode.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no row of {COLUMNS} columns",
    label = "each row must be a tuple with a value for each column",
    note = "a row is a tuple of one to sixteen values that sqlx can encode: `(1_i64, \"title\", None::<i32>)`"
)]
pub trait CopyRow<const COLUMNS: usize>: Sealed<COLUMNS> {}

/// What a row is asked.
pub trait Sealed<const COLUMNS: usize> {
    /// The types of its values.
    fn types() -> [ValueType; COLUMNS];

    /// Writes its values; an error tells the value's place.
    fn write(self, buffer: &mut RowBuffer) -> Result<(), (usize, BoxDynError)>;
}

/// The type of a value, on both sides.
#[derive(Debug)]
pub struct ValueType {
    rust: &'static str,
    sql: PgTypeInfo,
    fits: fn(&PgTypeInfo) -> bool,
}

impl ValueType {
    fn of<T: Type<Postgres>>() -> Self {
        Self {
            rust: type_name::<T>(),
            sql: T::type_info(),
            fits: T::compatible,
        }
    }

    pub(super) fn fits(&self, column: &PgTypeInfo) -> bool {
        self.sql == *column || (self.fits)(column)
    }

    pub(super) fn rust(&self) -> &'static str {
        self.rust
    }

    pub(super) fn sql(&self) -> String {
        self.sql.name().to_lowercase()
    }
}

/// The bytes that are still to be sent.
#[derive(Debug, Default)]
pub struct RowBuffer {
    bytes: PgArgumentBuffer,
    /// For each column, whether it is `json`: sqlx writes `jsonb`, which begins with its version.
    json: Vec<bool>,
}

impl RowBuffer {
    pub(super) fn new(columns: &[PgTypeInfo]) -> Self {
        let json = columns
            .iter()
            .map(|column| column.name() == "JSON")
            .collect();
        let mut buffer = Self {
            bytes: PgArgumentBuffer::default(),
            json,
        };
        // Signature, flags, length of the header's extension.
        buffer
            .bytes
            .extend_from_slice(b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0");
        buffer
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn clear(&mut self) {
        // What else it keeps, the place of types that are not known yet, is of no use here.
        let mut bytes = std::mem::take(&mut *self.bytes);
        bytes.clear();
        self.bytes = PgArgumentBuffer::default();
        *self.bytes = bytes;
    }

    pub(super) fn end(&mut self) {
        self.bytes.extend_from_slice(&(-1_i16).to_be_bytes());
    }

    fn begin_row(&mut self, columns: u8) {
        self.bytes
            .extend_from_slice(&i16::from(columns).to_be_bytes());
    }

    fn value<T: for<'q> Encode<'q, Postgres>>(
        &mut self,
        column: usize,
        value: T,
    ) -> Result<(), (usize, BoxDynError)> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&(-1_i32).to_be_bytes());
        let is_null = value
            .encode(&mut self.bytes)
            .map_err(|error| (column, error))?;
        if matches!(is_null, IsNull::Yes) {
            return Ok(());
        }
        let length =
            i32::try_from(self.bytes.len() - start - 4).map_err(|error| (column, error.into()))?;
        self.bytes[start..start + 4].copy_from_slice(&length.to_be_bytes());
        if self.json.get(column) == Some(&true) && self.bytes.get(start + 4) == Some(&1) {
            self.bytes[start + 4] = b' ';
        }
        Ok(())
    }
}

macro_rules! rows {
    ($($count:literal: $($name:ident $at:tt),+;)+) => {$(
        impl<$($name),+> CopyRow<$count> for ($($name,)+)
        where
            $($name: for<'q> Encode<'q, Postgres> + Type<Postgres>,)+
        {
        }

        impl<$($name),+> Sealed<$count> for ($($name,)+)
        where
            $($name: for<'q> Encode<'q, Postgres> + Type<Postgres>,)+
        {
            fn types() -> [ValueType; $count] {
                [$(ValueType::of::<$name>()),+]
            }

            fn write(self, buffer: &mut RowBuffer) -> Result<(), (usize, BoxDynError)> {
                buffer.begin_row($count);
                $(buffer.value($at, self.$at)?;)+
                Ok(())
            }
        }
    )+};
}

rows! {
    1: A 0;
    2: A 0, B 1;
    3: A 0, B 1, C 2;
    4: A 0, B 1, C 2, D 3;
    5: A 0, B 1, C 2, D 3, E 4;
    6: A 0, B 1, C 2, D 3, E 4, F 5;
    7: A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    8: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
    9: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8;
    10: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9;
    11: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10;
    12: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11;
    13: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12;
    14: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13;
    15: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14;
    16: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14, P 15;
}
