//! REST framework's `pagination.py`: how long a list may get, and the links from one page of it to the next.

mod count;
pub(crate) mod cursor;
mod cursor_pagination;
mod page_number;
mod page_size;
mod request_url;

pub(crate) use count::count;
pub(crate) use cursor_pagination::{AtPosition, CursorPagination};
pub(crate) use page_number::{NumberedPage, PageNumber};
pub(crate) use page_size::PageSize;
pub(crate) use request_url::RequestUrl;
