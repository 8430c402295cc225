//! Whatever the tokens are, checking ends.
