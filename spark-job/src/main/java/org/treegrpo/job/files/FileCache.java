package org.treegrpo.job.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.core.base.Sha256;

/**
 * Large files of any file system on the disk of this host, once for all processes of a user; a file
 * of a disk that this host has is used where it lies. What is there is digested anew by every
 * process, once.
 */
public final class FileCache {

  private static final Logger LOG = LoggerFactory.getLogger(FileCache.class);

  /** By path, length and time of the last change. */
  private static final Map<String, String> DIGESTS = new ConcurrentHashMap<>();

  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");

  private final Path directory;

  /**
   * @param parent where the user's own directory is made; empty for the system's place for
   *     temporary files
   */
  public FileCache(String parent) {
    this.directory =
        Path.of(parent.isEmpty() ? System.getProperty("java.io.tmpdir") : parent)
            .resolve("treegrpo-files-" + System.getProperty("user.name"));
  }

  /**
   * A local path of a file.
   *
   * @throws IOException if it cannot be read, or is not where this host can see it
   */
  public Path fetch(org.apache.hadoop.fs.Path file, Configuration hadoop) throws IOException {
    FileSystem fs = FileSystems.of(file, hadoop);
    if (fs.getUri().getScheme().equals("file")) {
      Path local = Path.of(file.toUri().getPath());
      if (!Files.isRegularFile(local)) {
        throw new IOException(
            "%s must be readable on every host, as it is not sent along; put it on a shared disk, or on a file system of the cluster"
                .formatted(file));
      }
      return local;
    }
    FileStatus status = fs.getFileStatus(file);
    String key =
        Sha256.of(
            "%s %d %d"
                .formatted(fs.makeQualified(file), status.getLen(), status.getModificationTime()));
    requireOwnDirectory();
    Path cached = directory.resolve(key + ".d").resolve(file.getName());
    synchronized (FileCache.class) { // a lock of the file is one of the whole JVM
      try (FileChannel channel =
              FileChannel.open(
                  directory.resolve(key + ".lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          FileLock held = channel.lock()) {
        if (!Files.exists(cached) || Files.size(cached) != status.getLen()) {
          Files.createDirectories(cached.getParent());
          copy(fs, file, cached);
        }
      }
    }
    return cached;
  }

  /** What others could write there would run here. */
  private void requireOwnDirectory() throws IOException {
    Files.createDirectories(directory.getParent());
    try {
      Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(PRIVATE));
    } catch (FileAlreadyExistsException e) {
      PosixFileAttributes found =
          Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      Path mine = Files.createTempFile("treegrpo", ".owner");
      boolean own = found.owner().equals(Files.getOwner(mine));
      Files.delete(mine);
      if (!own || !found.isDirectory() || !found.permissions().equals(PRIVATE)) {
        throw new IOException(
            "%s must be a directory of this user that nobody else can use (rwx------); delete it, or name another place in treegrpo.policy.cache-dir"
                .formatted(directory),
            e);
      }
    }
  }

  /**
   * The same of a file whose content the driver knows.
   *
   * @param sha256 lower-case hex
   * @throws IOException also if it holds something else
   */
  public Path fetch(String uri, String sha256, Configuration hadoop) throws IOException {
    Path local = fetch(new org.apache.hadoop.fs.Path(uri), hadoop);
    String found = digest(local);
    if (!found.equals(sha256)) {
      throw new IOException(
          "%s must hold what the driver has read, of SHA-256 %s; here %s holds %s; delete it, or copy it anew"
              .formatted(uri, sha256, local, found));
    }
    return local;
  }

  /** SHA-256 of a local file, lower-case hex; read once by each process while it is unchanged. */
  public static String digest(Path file) throws IOException {
    String state =
        "%s %d %s".formatted(file.toRealPath(), Files.size(file), Files.getLastModifiedTime(file));
    String known = DIGESTS.get(state);
    if (known == null) {
      try (InputStream in = Files.newInputStream(file)) {
        known = Sha256.of(in);
      }
      DIGESTS.put(state, known);
    }
    return known;
  }

  private static void copy(FileSystem fs, org.apache.hadoop.fs.Path file, Path target)
      throws IOException {
    long start = System.nanoTime();
    Path partial = target.resolveSibling(target.getFileName() + ".partial");
    try (InputStream in = fs.open(file)) {
      Files.copy(in, partial, StandardCopyOption.REPLACE_EXISTING);
      Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(partial);
    }
    LOG.info(
        "{} fetched to {}: {} bytes in {} s",
        file,
        target,
        Files.size(target),
        (System.nanoTime() - start) / 1_000_000_000);
  }
}
