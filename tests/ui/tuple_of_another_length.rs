use chainrule::net;

net! {
    dim T, N;

    pub struct Recurrent {
        cell: Lstm<8, 16>,
    }

    impl Recurrent {
        pub fn last(x: f32[T, N, 8]) -> f32[N, 16] {
            let h = zeros([N, 16]);
            let (ys, h, c) = cell(x, (h, h));
            h
        }
    }
}

fn main() {
    let _ = Recurrent::init(1);
}
