//! The limits of a `#[budget]`: arithmetic on literals and constants.

use std::collections::BTreeMap;

use super::items::Items;
use crate::program::Limit;
use crate::report::Report;
use crate::syntax::ast;

impl Items<'_> {
    /// What a budget leaves to a workspace; where that cannot be said, `declarations` has said why.
    pub fn workspace_limit(&self, budget: Option<&ast::Budget>) -> Option<Limit> {
        self.limit(budget?.workspace.as_ref()?, &mut Report::default())
    }

    /// The bytes of a limit.
    pub fn limit(&self, bytes: &ast::Expr, report: &mut Report) -> Option<Limit> {
        let value = self.constant(bytes, &BTreeMap::new(), report)?;
        let limit = u64::try_from(value);
        if limit.is_err() {
            let message = format!("a limit is a number of bytes, an integer from 0, found {value}");
            report.error_with_help(bytes.span, message, "write `#[budget(workspace = 16_384)]`");
        }
        Some((limit.ok()?, bytes.span))
    }
}
