//! Bodies and their statements.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

use super::super::ast::{
    BinaryOperator, Body, Expr, ExprKind, Lost, Pattern, Statement, Target, TensorType, Type,
};
use super::attributes::Place;
use super::cursor::Cursor;
use super::types::{or_error, or_lost};
use super::{Failed, Parsed, Parser, branches, ends_in_comma, hints, is_keyword, lost_expression, stray};

impl Parser<'_> {
    /// `{ … }`
    pub(super) fn body(&mut self) -> Parsed<Body> {
        let Some(group) = self.eat_group(Delimiter::Brace) else {
            return Err(self.expected("`{` and a body", hints::BODY));
        };
        self.statements(&group, true)
    }

    /// The body of a loop, which has no value.
    pub(super) fn loop_body(&mut self) -> Parsed<Body> {
        let group = self.group(Delimiter::Brace)?;
        self.statements(&group, false)
    }

    /// Goes on to the brace of a body, over what a broken header has left.
    /// Whether nothing was.
    pub(super) fn skip_to_brace(&mut self, fine: bool, expected: &str, otherwise: &str) -> Parsed<bool> {
        let at_brace = self.cursor.at_group(0, Delimiter::Brace);
        if !at_brace && fine {
            self.expected_or(expected, hints::BODY, otherwise);
        }
        if !at_brace || !fine {
            self.skip_until(|cursor| {
                let inside = stray::is_stray_in_header(cursor) && stray::brace_follows(cursor);
                let end = cursor.at_character(',') || ends_statement(cursor);
                (cursor.at_group(0, Delimiter::Brace) || end) && !inside
            });
        }
        if self.cursor.at_group(0, Delimiter::Brace) { Ok(at_brace) } else { Err(Failed) }
    }

    fn statements(&mut self, group: &Group, valued: bool) -> Parsed<Body> {
        let failures = self.failures;
        self.within(group, |inner| {
            let mut body = Body { statements: Vec::new(), result: None, span: group.span() };
            let (mut known, mut unused) = (inner.failures, inner.unused);
            while !inner.cursor.is_empty() {
                let broken = std::mem::replace(&mut known, inner.failures) < inner.failures;
                let before = body.statements.len();
                let rest = stray::continues_statement(&inner.cursor);
                let group = stray::may_continue_statement(&inner.cursor);
                let after_unused = std::mem::replace(&mut unused, inner.unused) < inner.unused;
                if broken && (rest || group && inner.cursor.is_blamed()) {
                    stray::spoil_statement(&mut body.statements);
                    inner.skip_statement();
                    continue;
                }
                let lost = inner.to_bind();
                let failures = inner.failures;
                let binds = inner.cursor.at_word("let");
                if inner.statement(&mut body, valued).is_err() {
                    if rest {
                        stray::spoil_statement(&mut body.statements);
                    }
                    body.statements.push(Statement::Lost(lost));
                    inner.skip_statement();
                } else if binds && failures < inner.failures && !binds_all(&body.statements[before..], &lost)
                {
                    // `let x mut y = …;` may bind either.
                    body.statements.insert(before, Statement::Lost(lost));
                } else if group && (after_unused || unused < inner.unused) {
                    // `let y = tanh; (x);`
                    stray::spoil_statement(&mut body.statements);
                    if let Some(result) = &mut body.result {
                        result.kind = ExprKind::Error;
                    }
                }
            }
            // What could not be read may well have been the result.
            if valued && body.result.is_none() && failures < inner.failures {
                body.result = Some(Box::new(lost_expression(group.span())));
            }
            body
        })
    }

    /// One statement or the result. It reads at least one token, or fails.
    fn statement(&mut self, body: &mut Body, valued: bool) -> Parsed<()> {
        self.cursor.open_if_alone(&[";"]);
        if self.eat(";") {
            return Ok(());
        }
        let attributes = self.attributes();
        let is_loop = self.cursor.at_word("for");
        let attributes = self.sort(attributes, if is_loop { Place::Loop } else { Place::Statement });
        if self.cursor.is_empty() {
            return Ok(());
        }
        if is_loop {
            body.statements.push(Statement::For(self.for_loop(attributes)?));
            return Ok(());
        }
        if self.cursor.at_word("let") {
            body.statements.push(self.let_statement(attributes.rust)?);
            return Ok(());
        }
        // A word that is no keyword is foreign only in front of another: `var x = …`, but not `var(x)`.
        let foreign = self.cursor.word().is_some_and(is_keyword) && !self.at_misnamed()
            || matches!(self.cursor.peek(1), Some(TokenTree::Ident(word)) if !is_keyword(word));
        if self.cursor.at_word("return") {
            self.expected("a statement or an expression", hints::STATEMENT_START);
            self.cursor.bump();
            return self.returned(body, valued);
        }
        if foreign && hints::look_up(hints::STATEMENT_START, &self.cursor.found()).is_some() {
            return Err(self.expected("a statement or an expression", hints::STATEMENT_START));
        }
        self.assignment_or_result(body, valued)
    }

    /// What stands behind `return`, reported: at the end of a body its result all the same.
    fn returned(&mut self, body: &mut Body, valued: bool) -> Parsed<()> {
        if self.at(";") {
            return Err(Failed);
        }
        let value = self.expression()?;
        self.eat(";");
        match valued && self.cursor.is_empty() {
            true => body.result = Some(Box::new(value)),
            false => body.statements.push(Statement::Lost(Lost::default())),
        }
        Ok(())
    }

    /// Goes on behind the next `;`, or at the next `let` or `for`.
    fn skip_statement(&mut self) {
        let at = |words: &[&str]| words.iter().any(|word| self.cursor.at_word(word));
        let is_loop = at(&["while", "loop"]);
        let braced = is_loop || at(&["match", "with", "fn", "struct", "impl", "enum", "mod"]);
        while !self.cursor.is_empty() {
            if braced && self.cursor.at_group(0, Delimiter::Brace) {
                match is_loop {
                    true => drop(self.loop_body()), // For the errors in it.
                    false => drop(self.cursor.bump()),
                }
                return;
            }
            let next =
                ends_statement(&self.cursor) && !self.at(";") && !(braced && self.cursor.at_word("for"));
            if next || self.eat(";") && !self.cursor.at_word("else") {
                return;
            }
            self.cursor.bump();
        }
    }

    /// `let mut (a, b): T = value;`, `let mut y[n, i in 0..24] = value;`
    fn let_statement(&mut self, attributes: Vec<TokenStream>) -> Parsed<Statement> {
        self.cursor.bump();
        let mutable = self.eat_word("mut");
        let before = if mutable.is_some() { "let mut " } else { "let " };
        if let Some((name, ty)) = self.type_before_name(before, " = …;") {
            let value = self.value();
            let pattern = Pattern::Name(name);
            let mutable = mutable.is_some();
            return Ok(Statement::Let { attributes, mutable, pattern, ty: Some(ty), value });
        }
        let indexed = self.cursor.word().is_some() && self.cursor.at_group(1, Delimiter::Bracket);
        if indexed {
            let name = self.declared_name("a name")?;
            let group = self.group(Delimiter::Bracket)?;
            let indices = self.index_bindings(&group)?;
            let ty = self.type_behind_indices(&name)?;
            let mut value = self.value();
            if let Some(ty) = ty {
                value = declared(&name, ty, value);
            }
            let mutable = mutable.is_some();
            return Ok(Statement::LetIndexed { attributes, mutable, name, indices, value });
        }
        if let Some(indices) = self.cursor.peek(0).and_then(indices_in_a_tuple) {
            let help = "take apart what it makes: `let y[i] = …; let (a, b) = y;`";
            self.wrong(indices, "indices stand behind one name, not in a tuple", help);
            return Err(Failed);
        }
        let mut inner_mut = false;
        let pattern = self.pattern_with(&mut inner_mut)?;
        let mutable = mutable.is_some() || inner_mut;
        let mut fine = true;
        let ty = match self.eat(":") {
            true => {
                let start = self.cursor.span();
                let ty = self.wholly(Self::ty);
                fine = ty.is_ok();
                if !fine {
                    self.skip_until(|cursor| cursor.at_character('=') || ends_statement(cursor));
                }
                Some(or_error(ty, start))
            }
            false => None,
        };
        if !fine && !self.at("=") {
            // Nobody knows where the value begins.
            self.skip_statement();
            let value = lost_expression(self.cursor.previous());
            return Ok(Statement::Let { attributes, mutable, pattern, ty, value });
        }
        let value = self.value();
        Ok(Statement::Let { attributes, mutable, pattern, ty, value })
    }

    /// The type of each element in `let y[n]: u32 = …;`: that of a number, an index or a mask.
    fn type_behind_indices(&mut self, name: &Ident) -> Parsed<Option<Type>> {
        let at = self.cursor.span();
        if !self.eat(":") {
            return Ok(None);
        }
        let ty = self.ty()?;
        match &ty {
            Type::Tensor(tensor) if tensor.axes.is_empty() => Ok(Some(ty)),
            Type::Error(_) => Ok(None),
            Type::Tensor(TensorType { scalar, .. }) => {
                let help = format!(
                    "write `: {scalar}`, or leave it out; `let {name}: {scalar}[…] = {name};` checks the whole"
                );
                self.wrong(at, "the type behind indices is that of one element, which has no axes", help);
                Ok(None)
            }
            Type::Dim(_) | Type::Tuple(..) => {
                let help = format!("leave it out; `let {name}: … = {name};` checks the whole");
                self.wrong(at, "the type behind indices is that of one element", help);
                Ok(None)
            }
        }
    }

    /// `= value;` behind what `let` binds. An error in it does not unbind the name.
    fn value(&mut self) -> Expr {
        let start = self.cursor.span();
        let value = self.equals().and_then(|()| {
            let value = self.expression()?;
            let failures = self.failures;
            self.end_of_statement()?;
            // What follows where `;` is missing may belong to the value, and so may a branch behind it.
            let ended = failures == self.failures && !self.cursor.at_word("else");
            if ended { Ok(value) } else { Ok(lost_expression(value.span)) }
        });
        if value.is_err() {
            self.skip_statement();
        }
        or_lost(value, start)
    }

    fn equals(&mut self) -> Parsed<()> {
        if self.eat("=") {
            return Ok(());
        }
        let found = self.cursor.operator().unwrap_or_default();
        let Some(help) = hints::look_up(hints::EQUALS, found) else {
            return Err(self.expected("`=` and a value", hints::LET));
        };
        let span = self.cursor.bump_operator(found);
        self.wrong(span, format!("expected `=`, found `{found}`"), help);
        Ok(())
    }

    /// `;`. Where it is missing and another statement seems to follow, that one is read for itself.
    fn end_of_statement(&mut self) -> Parsed<()> {
        if self.eat(";") {
            return Ok(());
        }
        let otherwise = match self.cursor.is_empty() {
            true => {
                "a statement ends in `;`, a body in its value: an expression without `let` and without `;`"
            }
            false => hints::STATEMENT_END,
        };
        let failed = self.expected_or("`;`", hints::STATEMENT, otherwise);
        let next = match self.cursor.peek(0) {
            None => true,
            Some(TokenTree::Ident(word)) if word == "let" || word == "for" => true,
            Some(TokenTree::Ident(word)) => {
                !is_keyword(word)
                    && !matches!(self.cursor.peek(1), Some(TokenTree::Ident(_) | TokenTree::Literal(_)))
                    && !matches!(self.cursor.operator_at(1), Some(":" | "," | "?"))
            }
            Some(_) => false,
        };
        if next { Ok(()) } else { Err(failed) }
    }

    fn assignment_or_result(&mut self, body: &mut Body, valued: bool) -> Parsed<()> {
        let failures = self.failures;
        // Behind a stray token it may be the rest of a statement.
        let rest = self.cursor.is_blamed();
        if self.is_taken_apart() {
            let target = self.targets();
            let operator_span = self.cursor.bump_operator("=");
            return self.assign(body, target, None, operator_span);
        }
        let value = self.expression()?;
        let found = self.cursor.operator().unwrap_or_default();
        let operator = match found {
            "=" => None,
            "+=" => Some(BinaryOperator::Add),
            "-=" => Some(BinaryOperator::Subtract),
            "*=" => Some(BinaryOperator::Multiply),
            "/=" => Some(BinaryOperator::Divide),
            _ => {
                if let Some(help) = hints::look_up(hints::ASSIGNMENTS, found) {
                    let span = self.cursor.bump_operator(found);
                    return Err(self.wrong(span, format!("`{found}` is not an assignment"), help));
                }
                let fine = !rest && failures == self.failures;
                return self.result_or_unused(body, value, valued, fine);
            }
        };
        let operator_span = self.cursor.bump_operator(found);
        let target = self.target(value);
        self.assign(body, target, operator, operator_span)
    }

    /// What is assigned, behind the operator.
    fn assign(
        &mut self,
        body: &mut Body,
        target: Parsed<Target>,
        operator: Option<BinaryOperator>,
        operator_span: Span,
    ) -> Parsed<()> {
        if target.is_err() && (self.cursor.is_empty() || stray::continues(&self.cursor)) {
            return Err(Failed);
        }
        let value = self.expression()?;
        if !self.cursor.is_empty() {
            self.end_of_statement()?;
        }
        if let Ok(target) = target {
            body.statements.push(Statement::Assign { target, operator, operator_span, value });
        }
        Ok(())
    }

    /// The last expression of a body, or one that nothing is done with. Where an error in it may have been the
    /// reason (not `fine`), no more is said.
    fn result_or_unused(&mut self, body: &mut Body, value: Expr, valued: bool, fine: bool) -> Parsed<()> {
        let semicolon = self.at(";").then(|| self.bump_span());
        if branches::only_assigns(&value) {
            body.statements.push(branches::statement(value));
            return Ok(());
        }
        if valued && self.cursor.is_empty() {
            if let Some(span) = semicolon {
                self.wrong(span, "found `;` behind the result", hints::LAST);
            }
            body.result = Some(Box::new(value));
            return Ok(());
        }
        let is_choice = matches!(value.kind, ExprKind::If { .. });
        if semicolon.is_none() && !is_choice && !self.cursor.is_empty() {
            self.end_of_statement()?;
            // What follows may go on with it, `x w / 2`, so that nobody knows what the result is.
            self.statement(body, valued)?;
            if let Some(result) = &mut body.result {
                result.kind = ExprKind::Error;
            }
        } else if fine {
            let help = match &value.kind {
                ExprKind::If { .. } => {
                    "assign it, `x = if c { … } else { x };`, or assign in its branches: `if c { x = …; }`"
                }
                ExprKind::Method { name, .. } => {
                    hints::look_up(hints::CHANGES, &name.to_string()).unwrap_or(hints::UNUSED)
                }
                _ => hints::UNUSED,
            };
            self.unused += 1;
            self.wrong(value.span, "the value of this statement is not used", help);
        }
        Ok(())
    }

    /// A name, `_`, or a tuple of patterns.
    pub(super) fn pattern(&mut self) -> Parsed<Pattern> {
        self.pattern_with(&mut false)
    }

    /// A pattern, and whether a `mut` stands in it, which is said once.
    fn pattern_with(&mut self, inner_mut: &mut bool) -> Parsed<Pattern> {
        if self.cursor.at_word("_") {
            return Ok(Pattern::Ignored(self.bump_span()));
        }
        if let Some(group) = self.eat_group(Delimiter::Parenthesis) {
            let mut parts = self.within(&group, |inner| {
                if inner.cursor.is_empty() {
                    return Err(inner.expected("a name", hints::NAME));
                }
                let part = |inner: &mut Self| inner.pattern_with(inner_mut);
                Ok(inner.list(hints::LIST, part, |span| Some(Pattern::Ignored(span))))
            })??;
            return Ok(match parts.pop() {
                Some(single) if parts.is_empty() && !ends_in_comma(&group) => single,
                last => {
                    parts.extend(last);
                    Pattern::Tuple(parts, group.span())
                }
            });
        }
        if self.cursor.at_word("mut") {
            let span = self.bump_span();
            if !std::mem::replace(inner_mut, true) {
                self.wrong(
                    span,
                    "expected a name, found `mut`",
                    "it stands once, behind `let`: `let mut (a, b) = …;`; an argument is bound anew: `let mut x = x;`",
                );
            }
        }
        Ok(Pattern::Name(self.declared_name("a name")?))
    }
}

/// Whether the statement that was read binds the name that it should.
fn binds_all(statements: &[Statement], lost: &Lost) -> bool {
    match (statements, lost.names.as_slice()) {
        (
            [Statement::Let { pattern: Pattern::Name(name), .. } | Statement::LetIndexed { name, .. }],
            [only],
        ) => name == only,
        _ => false,
    }
}

/// Where in `(y[i], z[i])` the first indices stand.
fn indices_in_a_tuple(tree: &TokenTree) -> Option<Span> {
    let TokenTree::Group(tuple) = tree else { return None };
    let trees: Vec<TokenTree> = match tuple.delimiter() {
        Delimiter::Parenthesis => tuple.stream().into_iter().collect(),
        _ => return None,
    };
    let indices = trees.windows(2).find_map(|pair| match pair {
        [TokenTree::Ident(_), TokenTree::Group(group)] if group.delimiter() == Delimiter::Bracket => {
            Some(group.span())
        }
        _ => None,
    });
    indices.or_else(|| trees.iter().find_map(indices_in_a_tuple))
}

/// Whether a statement cannot go on here.
fn ends_statement(cursor: &Cursor) -> bool {
    cursor.at_character(';') || cursor.at_word("let") || cursor.at_word("for")
}

/// A value that is declared to be of a type: what follows a mistake is said of what was meant.
fn declared(name: &Ident, ty: Type, value: Expr) -> Expr {
    let span = value.span;
    let result = Expr { kind: ExprKind::Name(name.clone()), span };
    let pattern = Pattern::Name(name.clone());
    let attributes = Vec::new();
    let statements = vec![Statement::Let { attributes, mutable: false, pattern, ty: Some(ty), value }];
    Expr { kind: ExprKind::Block(Body { statements, result: Some(Box::new(result)), span }), span }
}
