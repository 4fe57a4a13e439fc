package org.treegrpo.job.executor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.core.base.Sha256;

/** Which build of the application runs in this process. */
public final class Build {

  private static final String UNPACKED = "unpacked";
  private static final String UNKNOWN = "unknown";

  private static final String OURS = "org/treegrpo/";
  private static final int DIGITS = 12;

  private static final Logger LOG = LoggerFactory.getLogger(Build.class);
  private static String known = "";

  private Build() {}

  /**
   * The beginning of a SHA-256 over our classes; "unpacked" where they lie in directories,
   * "unknown" where they come from elsewhere than a file.
   */
  public static synchronized String fingerprint() {
    if (known.isEmpty()) {
      known = compute();
    }
    return known;
  }

  /** Whether a fingerprint tells one build from another. */
  static boolean isKnown(String fingerprint) {
    return !fingerprint.equals(UNPACKED) && !fingerprint.equals(UNKNOWN);
  }

  private static String compute() {
    CodeSource source = Build.class.getProtectionDomain().getCodeSource();
    if (source == null || !source.getLocation().getProtocol().equals("file")) {
      return UNKNOWN;
    }
    Path place = Path.of(source.getLocation().getPath());
    if (Files.isDirectory(place)) {
      return UNPACKED;
    }
    try {
      return ofJar(place);
    } catch (IOException e) {
      LOG.warn("the application's own jar cannot be read, so that its build is not compared", e);
      return UNKNOWN;
    }
  }

  /** Names and check sums of the classes, as the jar's directory has them. */
  private static String ofJar(Path jar) throws IOException {
    MessageDigest digest = Sha256.newDigest();
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      List<? extends ZipEntry> classes =
          zip.stream()
              .filter(entry -> entry.getName().startsWith(OURS))
              .sorted(Comparator.comparing(ZipEntry::getName))
              .toList();
      for (ZipEntry entry : classes) {
        digest.update(
            "%s %d\n".formatted(entry.getName(), entry.getCrc()).getBytes(StandardCharsets.UTF_8));
      }
    }
    return Sha256.hex(digest).substring(0, DIGITS);
  }
}
