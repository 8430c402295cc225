//! How tensors are seen: as nested arrays over their constant last axes, below one slice for the axes up
//! to the last run-time one.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use crate::emit::size;
use crate::ir::{Int, Kind, TensorId};
use crate::plan::{BufferId, Home, Maximum, Root};

use super::{Access, Body};

/// The form of a view: whether it is a slice, and the arrays in it (or that it is), outermost first.
#[derive(Clone, PartialEq, Eq)]
struct Form {
    slice: bool,
    arrays: Vec<i64>,
}

impl Form {
    fn of(shape: &[Int]) -> Self {
        let prefix = prefix(shape);
        Self { slice: prefix > 0, arrays: shape[prefix..].iter().filter_map(Int::as_constant).collect() }
    }
}

/// How many leading axes are linearised: all up to the last one that is not a constant.
fn prefix(shape: &[Int]) -> usize {
    shape.iter().rposition(|extent| extent.as_constant().is_none()).map_or(0, |position| position + 1)
}

/// A flat slice: a place of that type, or a reference.
pub(super) struct Flat {
    tokens: TokenStream,
    /// What must stand before it to make a reference.
    borrow: TokenStream,
}

impl Flat {
    fn reference(tokens: TokenStream) -> Self {
        Self { tokens, borrow: quote!() }
    }

    /// As a function's argument.
    pub fn argument(self) -> TokenStream {
        let Self { tokens, borrow } = self;
        quote!(#borrow #tokens)
    }

    /// As the receiver of a method.
    pub fn receiver(self) -> TokenStream {
        self.tokens
    }

    /// From one offset to another.
    pub fn range(self, start: &TokenStream, end: &TokenStream, mutable: bool) -> Self {
        let Self { tokens, .. } = self;
        Self { tokens: quote!(#tokens[#start..#end]), borrow: if mutable { quote!(&mut) } else { quote!(&) } }
    }

    /// From an offset on.
    pub fn from(self, start: &TokenStream, mutable: bool) -> Self {
        let Self { tokens, .. } = self;
        Self { tokens: quote!(#tokens[#start..]), borrow: if mutable { quote!(&mut) } else { quote!(&) } }
    }

    /// From an offset on; nothing, where it has not as many elements.
    pub fn rest_or_nothing(self, start: &TokenStream, mutable: bool) -> Self {
        let Self { tokens, .. } = self;
        let get = if mutable { quote!(get_mut) } else { quote!(get) };
        Self { tokens: quote!(#tokens.#get(#start..).unwrap_or_default()), borrow: TokenStream::new() }
    }
}

impl<'a> Body<'a> {
    pub(super) fn root(&self, tensor: TensorId) -> Root {
        self.plan.root(tensor)
    }

    pub(super) fn home(&self, tensor: TensorId) -> Option<(BufferId, &'a Home)> {
        match self.root(tensor) {
            Root::Buffer(buffer) => Some((buffer, &self.plan.memory.buffers[buffer.0].home)),
            Root::Input(_) => None,
        }
    }

    /// Whether a tensor is a variable of type `usize`.
    pub(super) fn is_usize(&self, tensor: TensorId) -> bool {
        let local = matches!(self.home(tensor), Some((_, Home::Local)));
        local && self.kind(tensor) == Kind::Index && self.is_scalar(tensor)
    }

    /// How a tensor's memory is reached; none for a buffer of the body's own.
    pub(super) fn access(&self, tensor: TensorId) -> Option<&'a Access<'a>> {
        match self.root(tensor) {
            Root::Input(input) => {
                self.uses.borrow_mut().inputs.insert(input);
                self.cx.inputs.get(&input)
            }
            Root::Buffer(buffer) => match &self.plan.memory.buffers[buffer.0].home {
                Home::Gradient(number) => self.cx.targets.get(*number),
                Home::Local | Home::Frame { .. } => None,
            },
        }
    }

    /// The tensor whose shape the variable of this tensor's memory has.
    pub(super) fn shaped(&self, tensor: TensorId) -> TensorId {
        self.plan.shaped(tensor)
    }

    /// Whether a tensor needs a view of its own over its memory's variable.
    pub(super) fn is_reshaped(&self, tensor: TensorId) -> bool {
        let graph = &self.plan.graph;
        Form::of(graph.shape(tensor)) != Form::of(graph.shape(self.shaped(tensor)))
    }

    /// The place of an element; a scalar field or variable for rank 0.
    pub(super) fn place(&self, tensor: TensorId, at: &[Int]) -> TokenStream {
        if let Some(element) = self.in_row(tensor, at) {
            return element;
        }
        let shape = self.plan.graph.shape(tensor);
        if let Some(view) = self.views.get(&tensor) {
            return if shape.is_empty() { quote!(#view[0]) } else { self.indexed(quote!(#view), shape, at) };
        }
        match (self.access(tensor), self.home(tensor)) {
            (Some(Access::Field { receiver, field }), _) => {
                let (path, rest) = self.field(tensor, receiver, field, at);
                let rest = rest.iter().map(|at| self.subscript(at));
                quote!(#path #([#rest])*)
            }
            (Some(Access::Variable(name)), Some(_)) if shape.is_empty() => quote!(*#name),
            (Some(Access::Variable(name)), _) => self.indexed(quote!(#name), shape, at),
            (None, Some((buffer, home))) => {
                let name = self.names.buffer(buffer);
                match home {
                    Home::Frame { .. } if shape.is_empty() => quote!(#name[0]),
                    Home::Local | Home::Frame { .. } | Home::Gradient(_) => {
                        self.indexed(quote!(#name), shape, at)
                    }
                }
            }
            (None, None) => unreachable!("every input has an access"),
        }
    }

    /// The value of an element: a number, an index as it is stored, or a condition.
    pub(super) fn element(&self, tensor: TensorId, at: &[Int]) -> TokenStream {
        let place = self.place(tensor, at);
        if self.is_stored_flag(tensor) { quote!(#place != 0) } else { place }
    }

    /// Whether a tensor is a mask whose elements are stored as 0 and 1.
    pub(super) fn is_stored_flag(&self, tensor: TensorId) -> bool {
        self.kind(tensor) == Kind::Mask && matches!(self.home(tensor), Some((_, Home::Frame { .. })))
    }

    fn indexed(&self, variable: TokenStream, shape: &[Int], at: &[Int]) -> TokenStream {
        let prefix = prefix(shape);
        let mut subscripts = Vec::new();
        if prefix > 0 && at.len() >= prefix {
            subscripts.push(self.row(&shape[..prefix], &at[..prefix]));
        }
        subscripts.extend(at.iter().skip(prefix).map(|at| self.subscript(at)));
        quote!(#variable #([#subscripts])*)
    }

    /// A field's place after the arrays of structs in its path, and the subscripts that are left.
    pub(super) fn field<'b>(
        &self,
        tensor: TensorId,
        receiver: &TokenStream,
        field: &crate::program::FieldInput,
        at: &'b [Int],
    ) -> (TokenStream, &'b [Int]) {
        let mut tokens = quote!(#receiver);
        let mut rest = at;
        for step in &field.path {
            let name = &step.name;
            tokens = quote!(#tokens.#name);
            let (own, after) = rest.split_at(step.lengths.len().min(rest.len()));
            for at in own {
                let at = self.subscript(at);
                tokens = quote!(#tokens[#at]);
            }
            rest = after;
        }
        match &self.outline {
            Some(outline) => (self.given(outline, tensor, field, tokens), rest),
            None => (tokens, rest),
        }
    }

    /// How many leading axes of a tensor's memory are arrays of structs.
    pub(super) fn stacked(&self, tensor: TensorId) -> usize {
        match self.access(tensor) {
            Some(Access::Field { field, .. }) => field.path.iter().map(|step| step.lengths.len()).sum(),
            Some(Access::Variable(_)) | None => 0,
        }
    }

    /// The elements of `tensor[at…]`, leading subscripts only, as a flat slice.
    pub(super) fn flat(&self, tensor: TensorId, at: &[Int], mutable: bool) -> Flat {
        let shape = self.plan.graph.shape(tensor).to_vec();
        let prefix = prefix(&shape);
        let flatten = if mutable { quote!(.as_flattened_mut()) } else { quote!(.as_flattened()) };
        let borrow = if mutable { quote!(&mut) } else { quote!(&) };
        let place = |place: TokenStream| Flat { tokens: place, borrow: borrow.clone() };
        let scalar = |place: TokenStream| {
            let krate = self.cx.krate;
            let function = if mutable { quote!(from_mut) } else { quote!(from_ref) };
            Flat::reference(quote!(#krate::__private::core::slice::#function(#borrow #place)))
        };
        let depth = shape.len() - at.len();
        let nested = |row: TokenStream| {
            let flattens = (1..depth).map(|_| &flatten);
            Flat::reference(quote!(#row #(#flattens)*))
        };
        if let Some(Access::Field { receiver, field }) = self.access(tensor)
            && !self.views.contains_key(&tensor)
        {
            let (path, rest) = self.field(tensor, receiver, field, at);
            let indices = rest.iter().map(|at| self.subscript(at));
            let row = quote!(#path #([#indices])*);
            return match depth {
                0 => scalar(row),
                1 if rest.is_empty() && self.outline.is_some() => Flat::reference(row),
                1 => place(row),
                _ => nested(row),
            };
        }
        if shape.is_empty() {
            let variable = self.variable(tensor);
            return match self.home(tensor) {
                Some((_, Home::Frame { .. })) => Flat::reference(variable),
                Some((_, Home::Gradient(_))) => scalar(quote!(*#variable)),
                Some((_, Home::Local)) | None => scalar(variable),
            };
        }
        let variable = self.variable(tensor);
        if at.len() < prefix {
            let flattens = (prefix..shape.len()).map(|_| &flatten);
            if at.is_empty() {
                return Flat::reference(quote!(#variable #(#flattens)*));
            }
            let zeros: Vec<Int> = (at.len()..prefix).map(|_| Int::zero()).collect();
            let start = self.row(&shape[..prefix], &[at, &zeros].concat());
            let rows = self.size(&Int::product(&shape[at.len()..prefix]));
            let part = quote!(#variable[#start..][..#rows]);
            return match shape.len() - prefix {
                0 => place(part),
                _ => Flat::reference(quote!(#part #(#flattens)*)),
            };
        }
        let row = self.indexed(variable, &shape, at);
        match depth {
            0 => scalar(row),
            // A variable is a reference already, unless it is a local array.
            1 if at.is_empty() && !self.is_local(tensor) => Flat::reference(row),
            1 => place(row),
            _ => nested(row),
        }
    }

    fn is_local(&self, tensor: TensorId) -> bool {
        let local = matches!(self.home(tensor), Some((_, Home::Local)));
        local && !self.views.contains_key(&tensor) && !self.is_lent(tensor)
    }

    /// The variable that a tensor is seen through.
    fn variable(&self, tensor: TensorId) -> TokenStream {
        if let Some(view) = self.views.get(&tensor) {
            return quote!(#view);
        }
        match (self.access(tensor), self.home(tensor)) {
            (Some(Access::Variable(name)), _) => quote!(#name),
            (None, Some((buffer, _))) => {
                let name = self.names.buffer(buffer);
                quote!(#name)
            }
            (Some(Access::Field { .. }), _) | (None, None) => unreachable!("a field has a path"),
        }
    }

    /// Whether one variable shows both reshaped tensors: the same memory in the same form.
    pub(super) fn are_seen_alike(&self, one: TensorId, other: TensorId) -> bool {
        let form = |tensor| Form::of(self.plan.graph.shape(tensor));
        self.root(one) == self.root(other) && form(one) == form(other)
    }

    /// The variable of a reshaped tensor over the memory that it shares.
    pub(super) fn bind_view(&mut self, tensor: TensorId, mutable: bool) -> TokenStream {
        let name = self.names.take(&self.plan.graph.tensor(tensor).name);
        let shaped = self.shaped(tensor);
        let flat = self.flat(shaped, &[], mutable).argument();
        let shape = self.plan.graph.shape(tensor);
        let view = if shape.is_empty() { flat } else { self.nested(flat, shape, mutable) };
        self.views.insert(tensor, name.clone());
        quote!(let #name = #view;)
    }

    /// A flat slice as the view of a shape.
    pub(super) fn nested(&self, flat: TokenStream, shape: &[Int], mutable: bool) -> TokenStream {
        let form = Form::of(shape);
        let chunks = |extent: &i64| {
            let extent = Literal::i64_unsuffixed(*extent);
            if mutable { quote!(.as_chunks_mut::<#extent>().0) } else { quote!(.as_chunks::<#extent>().0) }
        };
        // No chunk is of size 0: what has no rows is a slice of none.
        let has_no_rows = form.arrays.first() == Some(&0);
        let arrays = &form.arrays[usize::from(has_no_rows)..];
        let chain: Vec<TokenStream> = arrays.iter().rev().map(chunks).collect();
        let borrow = if mutable { quote!(&mut) } else { quote!(&) };
        match (form.slice || has_no_rows, chain.is_empty()) {
            (_, true) => flat,
            (true, false) => quote!(#flat #(#chain)*),
            (false, false) => quote!(#borrow #flat #(#chain)*[0]),
        }
    }

    /// A part of a region as the view of a buffer; none if it is one as it is, as regions are.
    pub(super) fn carved(&self, part: &Ident, buffer: BufferId, mutable: bool) -> Option<TokenStream> {
        if self.plan.memory.frames.iter().any(|frame| frame.within == Some(buffer)) {
            return None;
        }
        let buffer = &self.plan.memory.buffers[buffer.0];
        let krate = self.cx.krate;
        let shape = self.plan.graph.shape(buffer.tensor);
        let mut flat = quote!(#part);
        flat = match (buffer.kind, mutable) {
            (Kind::Float, _) => flat,
            (Kind::Mask, true) => quote!(#krate::__private::as_flags_mut(#flat)),
            (Kind::Mask, false) => quote!(#krate::__private::as_flags(#flat)),
            (Kind::Index | Kind::Key, true) => quote!(#krate::__private::as_u32_mut(#flat)),
            (Kind::Index | Kind::Key, false) => quote!(#krate::__private::as_u32(#flat)),
        };
        let size = Int::product(shape);
        let exact = Maximum::of(size.clone()) == buffer.size && self.is_as_wide_as_a_float(buffer.kind);
        if !exact {
            let size = self.size(&size);
            flat = if mutable { quote!(&mut #flat[..#size]) } else { quote!(&#flat[..#size]) };
            if !Form::of(shape).arrays.is_empty() {
                flat = quote!((#flat));
            }
        }
        if !shape.is_empty() {
            flat = self.nested(flat, shape, mutable);
            flat = self.as_long(flat, shape, exact, mutable);
        }
        let changed = *part != flat.to_string();
        changed.then(|| quote!(let #part = #flat;))
    }

    /// A view cut to its length, which rustc then knows: loops along it check no bound, which takes time to
    /// compile and to run. What has been cut as floats is not once more.
    fn as_long(&self, view: TokenStream, shape: &[Int], exact: bool, mutable: bool) -> TokenStream {
        let Form { slice, arrays } = Form::of(shape);
        if !slice || arrays.contains(&0) || (arrays.is_empty() && !exact) {
            return view;
        }
        let length = self.size(&Int::product(&shape[..prefix(shape)]));
        if mutable { quote!(&mut #view[..#length]) } else { quote!(&#view[..#length]) }
    }

    /// The type of what a view of a shape refers to: `[[f32; 20]]`.
    pub(super) fn view_type(&self, shape: &[Int], element: &TokenStream) -> TokenStream {
        let Form { slice, arrays } = Form::of(shape);
        let row = arrays.iter().rev().fold(element.clone(), |row, extent| {
            let extent = Literal::i64_unsuffixed(*extent);
            quote!([#row; #extent])
        });
        if slice { quote!([#row]) } else { row }
    }

    /// The same of what has been carved: what has no rows is a slice, and so is a number.
    pub(super) fn carved_type(&self, shape: &[Int], element: &TokenStream) -> TokenStream {
        let rows = shape.iter().position(|extent| extent.is(0)).map_or(shape, |rows| &shape[rows + 1..]);
        let has_no_rows = rows.len() < shape.len();
        let ty = self.view_type(rows, element);
        if shape.is_empty() || has_no_rows { quote!([#ty]) } else { ty }
    }

    /// How long a view is that is a slice.
    pub(super) fn length(&self, shape: &[Int]) -> Option<TokenStream> {
        let Form { slice, arrays } = Form::of(shape);
        let has_length = slice && !arrays.contains(&0);
        has_length.then(|| self.size(&Int::product(&shape[..prefix(shape)])))
    }

    /// How long a view is that is a slice, of so many rows.
    pub(super) fn length_of(&self, rows: &Ident, shape: &[Int]) -> TokenStream {
        match &shape[..prefix(shape)] {
            [_] => quote!(#rows),
            prefix => {
                let row = self.size_operand(&Int::product(&prefix[1..]));
                quote!(#rows * #row)
            }
        }
    }

    /// Whether an element takes the place of one float.
    fn is_as_wide_as_a_float(&self, kind: Kind) -> bool {
        kind == Kind::Float || (kind != Kind::Mask && self.cx.float == crate::program::Float::F32)
    }

    /// A tensor result over `arena`. It stands behind the block that imports names.
    pub(super) fn result_view(&self, tensor: TensorId) -> TokenStream {
        let Some((buffer, Home::Frame { offset, .. })) = self.home(tensor) else {
            unreachable!("a tensor result is in the arena");
        };
        let krate = self.cx.krate;
        let kind = self.plan.memory.buffers[buffer.0].kind;
        let shape = self.plan.graph.shape(tensor);
        let size = Int::product(shape);
        let largest = |offset: &Maximum| {
            let sums = offset.sums().iter().map(|sum| self.size(sum));
            size::largest(sums, || quote!(#krate::__private::larger))
        };
        let end = largest(&offset.plus(&self.plan.memory.buffers[buffer.0].size));
        let range = match offset.sums().is_empty() {
            true => quote!(..#end),
            false => {
                let start = largest(offset);
                quote!(#start..#end)
            }
        };
        let mut flat = {
            let arena = self.local("arena");
            quote!(&#arena[#range])
        };
        let exact = Maximum::of(size.clone()) == self.plan.memory.buffers[buffer.0].size
            && self.is_as_wide_as_a_float(kind);
        let size = self.size(&size);
        flat = match kind {
            Kind::Float if exact => flat,
            Kind::Float => quote!(&(#flat)[..#size]),
            Kind::Mask => quote!(#krate::__private::as_bools(#flat, #size)),
            Kind::Index | Kind::Key if exact => quote!(#krate::__private::as_u32(#flat)),
            Kind::Index | Kind::Key => quote!(&#krate::__private::as_u32(#flat)[..#size]),
        };
        let arrays = !Form::of(shape).arrays.is_empty();
        let grouped = if arrays { quote!((#flat)) } else { flat };
        self.nested(grouped, shape, false)
    }

    /// A scalar result by value.
    pub(super) fn scalar_result(&self, tensor: TensorId) -> TokenStream {
        if let Some((_, Home::Frame { offset, .. })) = self.home(tensor) {
            // Its variable may be gone: the arena may have been carved anew.
            self.uses.borrow_mut().arena = true;
            let (krate, arena) = (self.cx.krate, self.local("arena"));
            let (start, end) =
                (self.largest(offset), self.largest(&offset.plus(&Maximum::of(Int::constant(1)))));
            return match self.kind(tensor) {
                Kind::Float | Kind::Key => quote!(#arena[#start]),
                Kind::Index => quote!(#krate::__private::as_u32(&#arena[#start..#end])[0]),
                Kind::Mask => quote!(#krate::__private::as_flags(&#arena[#start..#end])[0] != 0),
            };
        }
        let element = self.element(tensor, &[]);
        if self.is_usize(tensor) { quote!(#element as u32) } else { element }
    }

    /// The number of a row among all of the axes of a prefix.
    fn row(&self, shape: &[Int], at: &[Int]) -> TokenStream {
        let first = at.iter().position(|at| !at.is(0)).unwrap_or(at.len() - 1);
        let mut row = self.subscript(&at[first]);
        let mut single = at[first].as_atom().is_some() || at[first].as_constant().is_some();
        let mut unit = at[first].is(1);
        for (extent, at) in shape[first + 1..].iter().zip(&at[first + 1..]) {
            let grouped = if single { row } else { quote!((#row)) };
            let extent = self.size_operand(extent);
            row = if unit { extent } else { quote!(#grouped * #extent) };
            unit = false;
            if !at.is(0) {
                let at = self.subscript(at);
                row = quote!(#row + #at);
            }
            single = at.is(0);
        }
        row
    }
}
