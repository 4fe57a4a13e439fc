package org.treegrpo.job.executor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.treegrpo.core.base.Sha256;

/** Which build of the application runs in this process. */
final class Build {

  private static final String OURS = "org/treegrpo/";
  private static final int DIGITS = 12;

  private Build() {}

  private static final class Known {
    private static final String FINGERPRINT = compute();
  }

  /** The beginning of a SHA-256 over our classes; "unpacked" where they lie in directories. */
  static String fingerprint() {
    return Known.FINGERPRINT;
  }

  private static String compute() {
    CodeSource source = Build.class.getProtectionDomain().getCodeSource();
    try {
      Path jar = Path.of(source.getLocation().toURI());
      return Files.isRegularFile(jar) ? ofJar(jar) : "unpacked";
    } catch (URISyntaxException | IOException e) {
      throw new UncheckedIOException(new IOException("the application's own jar: " + e, e));
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
