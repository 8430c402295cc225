use chainrule::net;

net! {
    dim N;

    pub struct Model {
        w: f32[3],
    }

    impl Model {
        pub fn behind_an_operator(x: f32[N, 3]) -> f32[N, 3] {
            tanh(x + )
        }

        pub fn behind_a_let(x: f32[N, 3]) -> f32[N, 3] {
            let y = ;
            x * y
        }

        pub fn behind_an_option(x: f32[N, 3]) -> f32[N] {
            sum(x, axis = )
        }

        pub fn two_commas(x: f32[N, 3]) -> f32[N, 3] {
            max(x, , 3)
        }

        pub fn two_operators(x: f32[N, 3]) -> f32[N] {
            x @ @ w
        }
    }
}

fn main() {}
