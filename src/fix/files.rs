//! How files are written: as a whole or not at all. Refuses to know what is written.

use std::io;
use std::path::Path;

/// Replaces a file, or makes it: whoever reads it meanwhile sees the old one or the new one, and nothing between. One that
/// may not be written to is left alone, although its folder would allow to put another in its place.
///
/// # Errors
/// The file or its folder cannot be written to.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // What a link leads to is replaced, not the link.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let old = std::fs::metadata(&path).ok().map(|old| old.permissions());
    if let Some(permissions) = &old {
        // The superuser may open what nobody may write.
        if permissions.readonly() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
        }
        std::fs::OpenOptions::new().write(true).open(&path)?;
    }
    let mut made = builder().tempfile_in(folder)?;
    io::Write::write_all(&mut made, bytes)?;
    if let Some(permissions) = old {
        made.as_file().set_permissions(permissions)?;
    }
    made.persist(&path).map_err(|error| error.error)?;
    Ok(())
}

/// Makes files that others may read, as an editor does; the user's mask has the last word.
#[cfg(unix)]
fn builder() -> tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".poolcheck-").permissions(std::fs::Permissions::from_mode(0o666));
    builder
}

#[cfg(not(unix))]
fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".poolcheck-");
    builder
}
