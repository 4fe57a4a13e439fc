package org.treegrpo.job.files;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.VersionInfo;

/** The file systems that paths are on. */
public final class FileSystems {

  /** Artifacts of Hadoop's own that Spark does not come with. */
  private static final Map<String, String> ARTIFACTS =
      Map.of("s3a", "hadoop-aws", "abfs", "hadoop-azure", "abfss", "hadoop-azure");

  private FileSystems() {}

  /**
   * The file system of a path.
   *
   * @throws IOException if there is none; the message says what to add
   */
  public static FileSystem of(Path path, Configuration configuration) throws IOException {
    try {
      return path.getFileSystem(configuration);
    } catch (RuntimeException e) { // as Hadoop wraps the class that it does not find
      if (e.getCause() instanceof ClassNotFoundException) {
        throw new IOException(missing(path.toUri().getScheme()), e);
      }
      throw e;
    }
  }

  /** What is wrong; some exceptions of Java's say no more than a path, and their names tell. */
  public static String reason(IOException problem) {
    return problem.getClass() == IOException.class
        ? String.valueOf(problem.getMessage())
        : problem.toString();
  }

  private static String missing(String scheme) {
    String artifact = ARTIFACTS.get(scheme.toLowerCase(Locale.ROOT));
    return "Spark does not come with the file system of %s://; add %s"
        .formatted(
            scheme,
            artifact == null
                ? "its jar by --spark --jars"
                : "--spark --packages org.apache.hadoop:%s:%s"
                    .formatted(artifact, VersionInfo.getVersion()));
  }
}
