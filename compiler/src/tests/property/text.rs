//! A program as text, as a user would write it.

use super::external;
use super::tree::{
    Bound, By, Content, Expr, Field, Function, Int, Kind, LayerName, Parameter, Pattern, Program, Range,
    Returned, Setting, Size, Statement, Struct, Subscript, Target, Type,
};

/// The block.
pub fn program(program: &Program) -> String {
    let mut text = String::new();
    let dims: Vec<String> = program.dims.iter().map(|(name, _)| name.to_string()).collect();
    if !dims.is_empty() {
        text += &format!("dim {};\n", dims.join(", "));
    }
    let mut printer = Printer { float: program.float, text };
    for layer in &program.layers {
        printer.structure(layer, false);
    }
    for function in &program.functions {
        printer.function(function, 0);
    }
    printer.structure(&program.network, true);
    external::declarations(&printer.text, program.float) + &printer.text
}

struct Printer {
    float: &'static str,
    text: String,
}

impl Printer {
    fn line(&mut self, indent: usize, line: &str) {
        self.text += &format!("{}{line}\n", "    ".repeat(indent));
    }

    fn structure(&mut self, structure: &Struct, network: bool) {
        let constants: Vec<String> =
            structure.generics.iter().map(|name| format!("const {name}: usize")).collect();
        let generics =
            if constants.is_empty() { String::new() } else { format!("<{}>", constants.join(", ")) };
        let visibility = if network { "pub " } else { "" };
        let fields: Vec<String> = structure.fields.iter().map(|field| self.field(field)).collect();
        let fields =
            if fields.is_empty() { "{}".to_string() } else { format!("{{ {} }}", fields.join(", ")) };
        self.line(0, &format!("{visibility}struct {}{generics} {fields}", structure.name));
        let names: Vec<String> = structure.generics.iter().map(char::to_string).collect();
        let generics = if names.is_empty() { String::new() } else { format!("<{}>", names.join(", ")) };
        self.line(0, &format!("impl {}{generics} {{", structure.name));
        for function in &structure.functions {
            self.function(function, 1);
        }
        self.line(0, "}");
    }

    fn field(&self, field: &Field) -> String {
        let content = match &field.content {
            Content::Tensor(shape) => self.ty(&Type::float(shape.clone())),
            Content::Layer { layer, generics, length } => {
                let generics: Vec<String> = generics.iter().map(size).collect();
                let one = if generics.is_empty() {
                    layer.clone()
                } else {
                    format!("{layer}<{}>", generics.join(", "))
                };
                match length {
                    Some(length) => format!("[{one}; {length}]"),
                    None => one,
                }
            }
        };
        format!("{}: {content}", field.name)
    }

    fn function(&mut self, function: &Function, indent: usize) {
        let visibility = if function.public { "pub " } else { "" };
        let arguments: Vec<String> =
            function.arguments.iter().map(|(name, ty)| format!("{name}: {}", self.ty(ty))).collect();
        let result = match &function.result {
            Returned::One(ty) => self.ty(ty),
            Returned::Several(types) => {
                format!("({})", types.iter().map(|ty| self.ty(ty)).collect::<Vec<_>>().join(", "))
            }
        };
        self.line(
            indent,
            &format!("{visibility}fn {}({}) -> {result} {{", function.name, arguments.join(", ")),
        );
        self.statements(&function.body, indent + 1);
        let value = self.expr(&function.value);
        self.line(indent + 1, &value);
        self.line(indent, "}");
    }

    fn statements(&mut self, statements: &[Statement], indent: usize) {
        for statement in statements {
            if let Statement::If { condition, then, otherwise } = statement {
                let condition = self.expr(condition);
                self.line(indent, &format!("if {condition} {{"));
                self.statements(then, indent + 1);
                if !otherwise.is_empty() {
                    self.line(indent, "} else {");
                    self.statements(otherwise, indent + 1);
                }
                self.line(indent, "}");
            } else if let Statement::For { checkpoint, variable, range, condition, body } = statement {
                if *checkpoint {
                    self.line(indent, "#[checkpoint]");
                }
                let range = match range {
                    Range::Range { from, to, reversed: false } => format!("{}..{}", int(from), int(to)),
                    Range::Range { from, to, reversed: true } => {
                        format!("({}..{}).rev()", int(from), int(to))
                    }
                    Range::Over(name) => name.clone(),
                };
                let condition =
                    condition.as_ref().map(|condition| format!(" while {}", self.expr(condition)));
                let condition = condition.unwrap_or_default();
                self.line(indent, &format!("for {variable} in {range}{condition} {{"));
                self.statements(body, indent + 1);
                self.line(indent, "}");
            } else {
                let line = self.statement(statement);
                self.line(indent, &line);
            }
        }
    }

    fn statement(&self, statement: &Statement) -> String {
        match statement {
            Statement::Let { name, mutable, ty, value } => {
                let ty = ty.as_ref().map_or_else(String::new, |ty| format!(": {}", self.ty(ty)));
                format!("let {}{name}{ty} = {};", if *mutable { "mut " } else { "" }, self.expr(value))
            }
            Statement::LetTuple { pattern: names, value } => {
                format!("let {} = {};", pattern(names), self.expr(value))
            }
            Statement::LetIndexed { name, indices, element, own: _, value } => {
                let element = element.as_ref().map_or_else(String::new, |ty| format!(": {}", self.ty(ty)));
                format!("let {name}[{}]{element} = {};", bounds(indices), self.expr(value))
            }
            Statement::Assign { target, operator, value } => {
                let target = match target {
                    Target::Name(name) => name.clone(),
                    Target::Indexed(name, at) => format!("{name}[{}]", self.subscripts(at)),
                    Target::Tuple(names) => pattern(names),
                };
                format!("{target} {operator} {};", self.expr(value))
            }
            Statement::For { .. } | Statement::If { .. } => unreachable!("a body has lines of its own"),
        }
    }

    fn ty(&self, ty: &Type) -> String {
        let scalar = match ty.kind {
            Kind::Float => self.float,
            Kind::Index(_) => "u32",
            Kind::Mask => "bool",
            Kind::Key => "u64",
            Kind::Dim(name) => return format!("dim {name}"),
        };
        let rest = ty.rest.then(|| "..".to_string());
        let axes: Vec<String> = rest.into_iter().chain(ty.shape.iter().map(size)).collect();
        if axes.is_empty() { scalar.to_string() } else { format!("{scalar}[{}]", axes.join(", ")) }
    }

    fn subscripts(&self, at: &[Subscript]) -> String {
        let each = |subscript: &Subscript| match subscript {
            Subscript::Whole => "..".to_string(),
            Subscript::Range(from, to) => {
                let side = |side: &Option<Int>| side.as_ref().map_or_else(String::new, int);
                format!("{}..{}", side(from), side(to))
            }
            Subscript::At(at) => int(at),
            Subscript::Gather(index) => self.expr(index),
        };
        at.iter().map(each).collect::<Vec<_>>().join(", ")
    }

    fn list(&self, list: &[Expr]) -> String {
        list.iter().map(|each| self.expr(each)).collect::<Vec<_>>().join(", ")
    }

    /// An operand: in parentheses where it is made of several.
    fn operand(&self, expr: &Expr) -> String {
        let text = self.expr(expr);
        let simple = match expr {
            Expr::Number(value) => *value >= 0.0,
            Expr::Size(size) => size.as_dim().is_some() || size.as_constant().is_some(),
            Expr::Negate(_) | Expr::Not(_) | Expr::Binary(..) | Expr::Guard(..) => false,
            Expr::If(..) | Expr::Cast(_) | Expr::Block(..) => false,
            Expr::Integer(value) => !matches!(value, Int::Binary(..)),
            _ => true,
        };
        if simple { text } else { format!("({text})") }
    }

    fn expr(&self, expr: &Expr) -> String {
        match expr {
            Expr::Number(value) if value.is_infinite() => {
                if *value > 0.0 { "inf" } else { "-inf" }.to_string()
            }
            Expr::Number(value) if *value == value.trunc() => format!("{value:.0}"),
            Expr::Number(value) => format!("{value:?}"),
            Expr::Flag(flag) => flag.to_string(),
            Expr::Size(value) => size(value),
            Expr::Integer(value) => int(value),
            Expr::Name(name) => name.clone(),
            Expr::Parameter(parameter) => path(parameter),
            Expr::Negate(inner) => format!("-{}", self.operand(inner)),
            Expr::Not(inner) => format!("!{}", self.operand(inner)),
            Expr::Binary(operator, a, b) => format!("{} {operator} {}", self.operand(a), self.operand(b)),
            Expr::Guard(operator, a, b) => format!("{} {operator} {}", int(a), int(b)),
            Expr::If(condition, then, otherwise) => {
                format!(
                    "if {} {{ {} }} else {{ {} }}",
                    self.expr(condition),
                    self.expr(then),
                    self.expr(otherwise)
                )
            }
            Expr::Call { name, arguments, options, method } => {
                let options = self.options(options);
                let own = usize::from(*method);
                let mut rest: Vec<String> = arguments[own..].iter().map(|each| self.expr(each)).collect();
                if matches!(*name, "concat" | "stack") {
                    rest = vec![format!("[{}]", rest.join(", "))];
                }
                let rest: Vec<String> = rest.into_iter().chain(positional(name, options)).collect();
                if *method {
                    format!("{}.{name}({})", self.operand(&arguments[0]), rest.join(", "))
                } else {
                    format!("{name}({})", rest.join(", "))
                }
            }
            Expr::Apply(name, arguments) => format!("{name}({})", self.list(arguments)),
            Expr::Layer(LayerName { name, at, function, options }, arguments) => {
                let at = at.as_ref().map_or_else(String::new, |at| format!("[{}]", int(at)));
                let function = if *function == "call" { String::new() } else { format!(".{function}") };
                let all: Vec<String> =
                    [self.list(arguments)].into_iter().chain(self.options(options)).collect();
                format!("{name}{at}{function}({})", all.join(", "))
            }
            Expr::Subscript(base, at) => format!("{}[{}]", self.operand(base), self.subscripts(at)),
            Expr::Fold { reducer, indices, body } => {
                format!("{reducer}[{}]({})", bounds(indices), self.expr(body))
            }
            Expr::List(parts) => format!("[{}]", self.list(parts)),
            Expr::Tuple(parts) => format!("({})", self.list(parts)),
            Expr::Cast(inner) => format!("{} as {}", self.operand(inner), self.float),
            Expr::Block(statements, value) => {
                let lines: Vec<String> =
                    statements.iter().map(|statement| self.statement(statement)).collect();
                format!("{{ {} {} }}", lines.join(" "), self.expr(value))
            }
            Expr::Grad { of, by } => {
                let each: Vec<String> = by.iter().map(variable).collect();
                let by = if each.len() == 1 { each[0].clone() } else { format!("({})", each.join(", ")) };
                format!("grad({}, {by})", self.expr(of))
            }
            Expr::Jacobian { of, by } => format!("jacobian({}, {})", self.expr(of), variable(by)),
            Expr::Jvp { of, by, along } => {
                format!("jvp({}, {}, {})", self.expr(of), variable(by), self.expr(along))
            }
        }
    }

    fn options(&self, options: &[(&str, Setting)]) -> impl Iterator<Item = String> {
        options.iter().map(|(name, setting)| format!("{name} = {}", self.setting(setting)))
    }

    fn setting(&self, setting: &Setting) -> String {
        match setting {
            Setting::Integer(value) => value.to_string(),
            Setting::Number(value) => format!("{value:?}"),
            Setting::Flag(flag) => flag.to_string(),
            Setting::List(values) => format!("{values:?}"),
            Setting::Pairs(values) => format!("{values:?}"),
            Setting::Sizes(sizes) => format!("[{}]", sizes.iter().map(size).collect::<Vec<_>>().join(", ")),
        }
    }
}

/// Options that are usually written by place are.
fn positional(function: &str, options: impl Iterator<Item = String>) -> impl Iterator<Item = String> {
    let by_place =
        ["reshape", "permute", "broadcast_to", "zeros", "ones", "one_hot", "powi", "eye", "arange", "pad"];
    let strip = by_place.contains(&function);
    options.map(move |option| match option.split_once(" = ") {
        Some((_, value)) if strip => value.to_string(),
        _ => option,
    })
}

/// A layer's parameter as it is written.
fn path(parameter: &Parameter) -> String {
    let mut path = String::new();
    for (layer, at) in &parameter.layers {
        let at = at.as_ref().map_or_else(String::new, |at| format!("[{}]", int(at)));
        path += &format!("{layer}{at}.");
    }
    path + &parameter.name
}

/// What is differentiated by as it is written.
fn variable(by: &By) -> String {
    match by {
        By::Name(name) => name.clone(),
        By::Parameter(parameter) => path(parameter),
    }
}

/// A pattern as it is written.
fn pattern(names: &Pattern) -> String {
    match names {
        Pattern::Name(name) => name.clone(),
        Pattern::Ignored => "_".to_string(),
        Pattern::Tuple(parts) => format!("({})", parts.iter().map(pattern).collect::<Vec<_>>().join(", ")),
    }
}

/// A size as it is written.
pub fn size(size: &Size) -> String {
    let product = size.dims.chars().map(String::from).collect::<Vec<_>>().join(" * ");
    let product = if size.factor == 1 { product } else { format!("{product} * {}", size.factor) };
    match (size.as_constant(), size.plus) {
        (Some(value), _) => value.to_string(),
        (None, 0) => product,
        (None, plus) if plus > 0 => format!("{product} + {plus}"),
        (None, plus) => format!("{product} - {}", -plus),
    }
}

/// An integer as it is written.
pub fn int(value: &Int) -> String {
    let operand = |value: &Int| match value {
        Int::Binary(..) => format!("({})", int(value)),
        Int::Constant(constant) if *constant < 0 => format!("({constant})"),
        Int::Size(inner) if inner.as_dim().is_none() && inner.as_constant().is_none() => {
            format!("({})", size(inner))
        }
        _ => int(value),
    };
    match value {
        Int::Constant(value) => value.to_string(),
        Int::Size(value) => size(value),
        Int::Name(name) => name.clone(),
        Int::Binary(operator, a, b) => format!("{} {operator} {}", operand(a), operand(b)),
        Int::Read(tensor, at) => format!("{tensor}[{}]", at.iter().map(int).collect::<Vec<_>>().join(", ")),
    }
}

fn bounds(indices: &[Bound]) -> String {
    let each = |bound: &Bound| {
        if bound.written {
            format!("{} in {}..{}", bound.name, int(&bound.from), int(&bound.to))
        } else {
            bound.name.clone()
        }
    };
    indices.iter().map(each).collect::<Vec<_>>().join(", ")
}
