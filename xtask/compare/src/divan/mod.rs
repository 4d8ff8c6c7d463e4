//! What divan benches say: their names, and what divan's text holds of a run of one of them.
//!
//! Divan has no output for machines. Its text is read strictly: what cannot be read is an error that names the line.
//!
//! | module | answers for |
//! | --- | --- |
//! | `cells` | a line of the table in cells, a cell's text in numbers |
//! | `rows` | the rows below a bench: throughput, allocations |
//! | `output` | the whole text of one bench |
//! | `unreadable` | why a text cannot be read |
//! | `program` | a program that runs to its end, or to a deadline |
//! | `names` | which benches a program has |
//! | `filter` | which of them are asked for, and which may be slower |
//! | `process` | one bench, run alone as a whole process |

mod cells;
pub(crate) mod filter;
pub(crate) mod names;
pub(crate) mod output;
pub(crate) mod process;
mod program;
mod rows;
mod unreadable;
