//! Files written whole or not at all.

use std::ffi::OsString;
use std::path::Path;
use std::{fs, io};

/// Writes `bytes` beside `path` and puts the file in its place only when it is complete, so that neither a
/// full disk nor an interruption leaves half a file under the name.
///
/// # Errors
/// What the file system says, with the path in front.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = OsString::from(path.file_name().unwrap_or_default());
    name.push(".partial");
    let partial = path.with_file_name(name);
    let written = fs::write(&partial, bytes).and_then(|()| fs::rename(&partial, path));
    written.map_err(|error| {
        // The first error is the one to tell; where nothing was created there is nothing to remove.
        let _ = fs::remove_file(&partial);
        io::Error::new(error.kind(), format!("{}: {error}", path.display()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_a_file_and_leaves_nothing_beside_it() {
        let folder = std::env::temp_dir().join(format!("write-whole-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("curve.svg");
        write_whole(&path, b"first").unwrap();
        write_whole(&path, b"second").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn says_which_path_cannot_be_written() {
        let error = write_whole(Path::new("/no/such/folder/curve.svg"), b"").unwrap_err();
        assert!(error.to_string().starts_with("/no/such/folder/curve.svg: "), "{error}");
    }
}
