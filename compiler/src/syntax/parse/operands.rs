//! What stands between operators: numbers, names, groups, `if`, and what follows them: calls, subscripts, dots.

use proc_macro2::{Delimiter, Group, Ident, TokenTree};

use super::super::ast::{Body, CallArgument, Expr, ExprKind, REDUCERS};
use super::cursor::Cursor;
use super::expressions::LONGEST;
use super::types::or_lost;
use super::{Failed, Parsed, Parser, ends_in_comma, hints, is_keyword, join, lost_expression};

impl Parser<'_> {
    /// An operand with all that follows it.
    pub(super) fn postfix(&mut self) -> Parsed<Expr> {
        let braced = !self.cursor.at_fragment()
            && (self.cursor.at_word("if") || self.cursor.at_group(0, Delimiter::Brace));
        let mut value = self.operand()?;
        for _ in 0..LONGEST {
            value = if self.cursor.at_fragment() {
                return Ok(value);
            } else if self.at(".") {
                self.member(value)?
            } else if braced {
                return Ok(value);
            } else if let Some(group) = self.eat_group(Delimiter::Parenthesis) {
                self.call(value, &group)?
            } else if let Some(group) = self.eat_group(Delimiter::Bracket) {
                let span = join(value.span, group.span_close(), group.span());
                match self.wholly(|this| this.subscripts(&group)) {
                    Ok(subscripts) => Expr { kind: ExprKind::Index(Box::new(value), subscripts), span },
                    Err(Failed) => lost_expression(span),
                }
            } else {
                return Ok(value);
            };
        }
        let message = format!("this expression has more than {LONGEST} calls and subscripts in one row");
        Err(self.wrong(self.cursor.span(), message, "give parts of it names with `let`"))
    }

    fn operand(&mut self) -> Parsed<Expr> {
        if let Some((nodes, span)) = self.cursor.bump_fragment() {
            return self.inside(Cursor::fragment(nodes, span), span, Self::only_expression);
        }
        match self.cursor.peek(0) {
            Some(TokenTree::Literal(_)) => match self.cursor.bump() {
                Some(TokenTree::Literal(literal)) => self.number(&literal),
                _ => Err(Failed),
            },
            Some(TokenTree::Ident(word)) if word == "if" => self.choice(),
            Some(TokenTree::Ident(word)) if word == "true" || word == "false" => {
                let kind = ExprKind::Bool(word == "true");
                Ok(Expr { kind, span: self.bump_span() })
            }
            Some(TokenTree::Ident(word)) if word == "self" && self.cursor.operator_at(1) == Some(".") => {
                self.without_self()
            }
            Some(TokenTree::Ident(word)) if word != "_" && (!is_keyword(word) || self.at_misnamed()) => {
                let name = self.name("a name")?;
                self.named(name)
            }
            Some(TokenTree::Group(group)) => match group.delimiter() {
                Delimiter::Parenthesis => self.parenthesised(),
                Delimiter::Bracket => {
                    let group = self.group(Delimiter::Bracket)?;
                    let elements = self.expressions(&group)?;
                    Ok(match has_gap(&elements) {
                        true => lost_expression(group.span()),
                        false => Expr { kind: ExprKind::Array(elements), span: group.span() },
                    })
                }
                Delimiter::Brace if !self.header => {
                    let body = self.body()?;
                    Ok(Expr { span: body.span, kind: ExprKind::Block(body) })
                }
                Delimiter::Brace | Delimiter::None => Err(self.no_expression()),
            },
            _ => Err(self.no_expression()),
        }
    }

    /// What comes next begins no expression.
    fn no_expression(&mut self) -> Failed {
        let otherwise = if self.cursor.behind(&hints::OPERATORS) {
            hints::NO_RIGHT_SIDE
        } else if self.cursor.behind(&[',']) {
            hints::NO_ELEMENT
        } else {
            hints::VALUES
        };
        self.expected_or("an expression", hints::OPERAND, otherwise)
    }

    /// An expression that fills its group; what is left over is reported.
    pub(super) fn only_expression(&mut self) -> Expr {
        let start = self.cursor.span();
        match self.expression() {
            Ok(value) if self.cursor.is_empty() => value,
            Ok(_) => {
                self.finish();
                lost_expression(start)
            }
            Err(Failed) => lost_expression(start),
        }
    }

    /// `(a)`, `(a, b)`
    fn parenthesised(&mut self) -> Parsed<Expr> {
        let group = self.group(Delimiter::Parenthesis)?;
        let mut elements = self.expressions(&group)?;
        if elements.is_empty() {
            return Err(self.wrong(
                group.span(),
                "expected an expression, found `()`",
                "every value is a tensor or a number",
            ));
        }
        if has_gap(&elements) {
            return Ok(lost_expression(group.span()));
        }
        match elements.pop() {
            Some(single) if elements.is_empty() && !ends_in_comma(&group) => {
                Ok(Expr { kind: single.kind, span: group.span() })
            }
            last => {
                elements.extend(last);
                Ok(Expr { kind: ExprKind::Tuple(elements), span: group.span() })
            }
        }
    }

    /// The expressions of a list in brackets.
    fn expressions(&mut self, group: &Group) -> Parsed<Vec<Expr>> {
        self.within(group, |inner| {
            inner.list(hints::OPERATOR, Self::expression, |span| Some(lost_expression(span)))
        })
    }

    /// `self.w`: reported, then read as `w`.
    fn without_self(&mut self) -> Parsed<Expr> {
        let span = self.bump_span();
        self.eat(".");
        let name = self.name("the name of a field or function")?;
        self.wrong(span, "there is no `self` in expressions", format!("write `{name}`"));
        self.named(name)
    }

    /// A name and what makes it a reducer, a path or a macro.
    fn named(&mut self, name: Ident) -> Parsed<Expr> {
        if self.at("::") {
            if let Some(made) = self.made_by_type(&name).or_else(|| self.made_layer(&name, 2)) {
                return Ok(made);
            }
            let name = self.path(name)?;
            return Ok(Expr { span: name.span(), kind: ExprKind::Name(name) });
        }
        if self.at("!") && matches!(self.cursor.peek(1), Some(TokenTree::Group(_))) {
            self.cursor.bump();
            self.cursor.bump();
            let help = match name.to_string().as_str() {
                "vec" => "a list stands in brackets alone: `[a, b]`",
                _ => "a macro may expand to a whole `net!`, but stands not in it",
            };
            self.wrong(name.span(), format!("`{name}!` cannot be called here"), help);
            return Ok(lost_expression(name.span()));
        }
        if let Some(layer) = self.made_layer(&name, 0) {
            return Ok(layer);
        }
        if REDUCERS.iter().any(|reducer| name == reducer)
            && self.cursor.at_group(0, Delimiter::Bracket)
            && (self.cursor.at_group(1, Delimiter::Parenthesis) || self.at_operand(1))
        {
            return self.reduce(name);
        }
        if let Some(help) = hints::look_up(hints::PREFIX, &name.to_string())
            && self.at_operand(0)
        {
            return Err(self.wrong(name.span(), format!("`{name}` is not an operator"), help));
        }
        Ok(Expr { span: name.span(), kind: ExprKind::Name(name) })
    }

    /// `Linear<3, 4>(x)`, `Linear::<3, 4>(x)`, which makes a layer where it is called; the `<` stands `ahead`.
    fn made_layer(&mut self, name: &Ident, mut ahead: usize) -> Option<Expr> {
        let text = name.to_string();
        let opens =
            matches!(self.cursor.peek(ahead), Some(TokenTree::Punct(punct)) if punct.as_char() == '<');
        if !text.starts_with(|first: char| first.is_uppercase()) || !opens {
            return None;
        }
        let mut sizes = Vec::new();
        ahead += 1;
        loop {
            match self.cursor.peek(ahead)? {
                TokenTree::Punct(punct) if punct.as_char() == '>' => break,
                TokenTree::Punct(punct) if !",+-*/%".contains(punct.as_char()) => return None,
                TokenTree::Group(_) => return None,
                token => sizes.push(token.to_string()),
            }
            ahead += 1;
        }
        if !self.cursor.at_group(ahead + 1, Delimiter::Parenthesis) {
            return None;
        }
        let field = text.to_lowercase();
        let sizes = sizes.join(" ").replace(" ,", ",");
        let help = format!("declare a field, `{field}: {name}<{sizes}>`, and call that: `{field}(x)`");
        self.wrong(name.span(), format!("`{name}` is a layer, whose parameters are a field's"), help);
        for _ in 0..=ahead {
            self.cursor.bump();
        }
        Some(lost_expression(name.span()))
    }

    /// `Net::init(42)`, `Linear::new(3, 4)`, `Adam::new(1e-3)`: what is made of a type, in Rust, outside.
    fn made_by_type(&mut self, name: &Ident) -> Option<Expr> {
        let text = name.to_string();
        let (Some(TokenTree::Ident(function)), Some(TokenTree::Group(arguments))) =
            (self.cursor.peek(2).cloned(), self.cursor.peek(3).cloned())
        else {
            return None;
        };
        let of_type = text.starts_with(|first: char| first.is_uppercase());
        if !of_type || arguments.delimiter() != Delimiter::Parenthesis {
            return None;
        }
        let (message, help) = match function.to_string().as_str() {
            _ if hints::TRAINING.contains(&text.as_str()) => {
                (format!("`{name}` stands outside of `net!`"), hints::TRAINS_OUTSIDE.to_owned())
            }
            "init" => (
                format!("`{name}::init` makes parameters, which stand outside of `net!`"),
                format!(
                    "outside, `let mut model = {name}::init({});`; here fields are in scope by their names, and `w: f32[3] = he_normal` says how one starts",
                    arguments.stream()
                ),
            ),
            "zeros" => (
                format!("`{name}::zeros` makes parameters, which stand outside of `net!`"),
                format!("outside, `let mut grads = {name}::zeros();`; a tensor of zeros is `zeros([N, 3])`"),
            ),
            "new" | "default" => {
                let (field, sizes) = (text.to_lowercase(), arguments.stream().to_string().replace(" ,", ","));
                let sizes = if sizes.is_empty() { sizes } else { format!("<{sizes}>") };
                (
                    format!("`{name}` is a layer, whose parameters are a field's"),
                    format!("declare a field, `{field}: {name}{sizes}`, and call that: `{field}(x)`"),
                )
            }
            _ => return None,
        };
        self.wrong(name.span(), message, help);
        (0..4).for_each(|_| drop(self.cursor.bump()));
        Some(lost_expression(name.span()))
    }

    /// Whether a name or a literal comes `ahead` of the next token.
    fn at_operand(&self, ahead: usize) -> bool {
        match self.cursor.peek(ahead) {
            Some(TokenTree::Ident(word)) => {
                !is_keyword(word) && hints::look_up(hints::INFIX, &word.to_string()).is_none()
            }
            Some(TokenTree::Literal(_)) => true,
            _ => false,
        }
    }

    /// `f32::consts::PI`, `sum::<f32>`: reported, then read as the last name.
    pub(super) fn path(&mut self, first: Ident) -> Parsed<Ident> {
        let span = self.cursor.span();
        let mut last = first;
        while self.eat("::") {
            if self.eat_character('<') {
                let mut open = 1;
                while open > 0 && !self.cursor.is_empty() {
                    open += i32::from(self.cursor.at_character('<'));
                    open -= i32::from(self.cursor.at_character('>'));
                    self.cursor.bump();
                }
            } else {
                last = self.name("a name")?;
            }
        }
        let help = match last.to_string().as_str() {
            "PI" => "write `pi`".to_owned(),
            "INFINITY" => "write `inf`".to_owned(),
            "NEG_INFINITY" => "write `-inf`".to_owned(),
            name => format!("write `{name}`: names of the block and of the library stand alone"),
        };
        self.wrong(span, "names have no paths and no generic arguments here", help);
        Ok(last)
    }

    /// `sum[j in 0..i](x[j])`
    fn reduce(&mut self, reducer: Ident) -> Parsed<Expr> {
        let bindings = self.group(Delimiter::Bracket)?;
        let indices = self.index_bindings(&bindings)?;
        let body = match self.eat_group(Delimiter::Parenthesis) {
            Some(group) => self.within(&group, Self::only_expression)?,
            None => {
                let message =
                    format!("expected `(` behind the indices of `{reducer}`, found {}", self.cursor.found());
                let help = format!("what is reduced stands in parentheses: `{reducer}[j](x[j])`");
                self.wrong(self.cursor.span(), message, help);
                self.postfix()?
            }
        };
        let (body, end) = (Box::new(body), self.cursor.previous());
        let span = join(reducer.span(), end, reducer.span());
        Ok(Expr { kind: ExprKind::Reduce { reducer, indices, body }, span })
    }

    /// `f(x, axis = 1)`
    fn call(&mut self, function: Expr, group: &Group) -> Parsed<Expr> {
        let arguments = self.arguments(group)?;
        let span = join(function.span, group.span_close(), function.span);
        if let ExprKind::Number(_) = function.kind {
            self.wrong(group.span_open(), "a number cannot be called", "write the product, `a * (b)`");
            return Ok(lost_expression(span));
        }
        Ok(Expr { kind: ExprKind::Call { function: Box::new(function), arguments }, span })
    }

    fn arguments(&mut self, group: &Group) -> Parsed<Vec<CallArgument>> {
        let lost = |span| Some(CallArgument { name: None, value: lost_expression(span) });
        self.within(group, |inner| inner.list(hints::CALL, Self::argument, lost))
    }

    fn argument(&mut self) -> Parsed<CallArgument> {
        let named = self.cursor.word().is_some() && self.cursor.operator_at(1) == Some("=");
        let name = match named {
            true => {
                let name = self.name("the name of an option")?;
                self.eat("=");
                Some(name)
            }
            false => None,
        };
        let value = self.expression()?;
        // What follows may belong to it.
        let ended = self.cursor.is_empty() || self.at(",");
        Ok(CallArgument { name, value: if ended { value } else { lost_expression(value.span) } })
    }

    /// `.sum(axis = 1)`, `.weight`
    fn member(&mut self, receiver: Expr) -> Parsed<Expr> {
        let dot = self.bump_span();
        if let Some(TokenTree::Literal(literal)) = self.cursor.peek(0) {
            let message = format!("expected a function or a field, found `{literal}`");
            let help = "the values of a tuple get names: `let (a, b) = …;`";
            let span = literal.span();
            self.cursor.bump();
            self.wrong(span, message, help);
            return Ok(lost_expression(join(receiver.span, span, dot)));
        }
        if self.cursor.at_word("where") {
            let help = "choose: `if c { a } else { b }`, elementwise where `c` is a mask";
            return Err(self.wrong(self.cursor.span(), "there is no function `where`", help));
        }
        let name = self.name("a function or a field")?;
        if name == "T" && !self.cursor.at_group(0, Delimiter::Parenthesis) {
            self.wrong(
                name.span(),
                "`.T` does not transpose",
                "write `.t()`, or `.permute([1, 0])` for any order",
            );
            return Ok(lost_expression(join(receiver.span, name.span(), name.span())));
        }
        let name = if self.at("::") { self.path(name)? } else { name };
        match self.eat_group(Delimiter::Parenthesis) {
            Some(group) => {
                let arguments = self.arguments(&group)?;
                let span = join(receiver.span, group.span_close(), name.span());
                Ok(Expr { kind: ExprKind::Method { receiver: Box::new(receiver), name, arguments }, span })
            }
            None => {
                let span = join(receiver.span, name.span(), name.span());
                Ok(Expr { kind: ExprKind::Field(Box::new(receiver), name), span })
            }
        }
    }

    /// `if c { a } else { b }`
    fn choice(&mut self) -> Parsed<Expr> {
        let start = self.bump_span();
        let condition = match self.cursor.at_word("let") {
            true => {
                let span = self.bump_span();
                let help =
                    "patterns are names and tuples of names, which always match: compare numbers or masks";
                Err(self.wrong(span, "expected a condition, found `let`", help))
            }
            false => self.header(Self::expression),
        };
        let whole = self.skip_to_brace(condition.is_ok(), "`{` behind the condition", hints::BRANCHES)?;
        let condition =
            Box::new(or_lost(condition.and_then(|c| if whole { Ok(c) } else { Err(Failed) }), start));
        let then = self.body()?;
        let mut end = then.span;
        if self.cursor.at_word("elif") || self.cursor.at_word("elsif") || self.cursor.at_word("elseif") {
            self.wrong(
                self.cursor.span(),
                format!("expected `else`, found {}", self.cursor.found()),
                "write `else if`",
            );
            let nested = self.deeper(start, Self::choice)??;
            return Ok(lost_expression(nested.span));
        }
        let otherwise = match self.eat_word("else") {
            None => None,
            Some(_) if self.cursor.at_word("if") => {
                let nested = self.deeper(start, Self::choice)??;
                end = nested.span;
                Some(Body { statements: Vec::new(), span: nested.span, result: Some(Box::new(nested)) })
            }
            Some(_) => {
                if !self.cursor.at_group(0, Delimiter::Brace) {
                    return Err(self.expected_or("`{` or `if` behind `else`", hints::BODY, hints::BRANCHES));
                }
                let body = self.body()?;
                end = body.span;
                Some(body)
            }
        };
        Ok(Expr { kind: ExprKind::If { condition, then, otherwise }, span: join(start, end, start) })
    }

    /// Reads between a keyword and its brace, where a brace ends the expression.
    pub(super) fn header<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.header, true);
        let value = read(self);
        self.header = outer;
        value
    }
}

/// Whether one of the elements could not be read: how many there are is not known then.
fn has_gap(elements: &[Expr]) -> bool {
    elements.iter().any(|element| matches!(element.kind, ExprKind::Error))
}
