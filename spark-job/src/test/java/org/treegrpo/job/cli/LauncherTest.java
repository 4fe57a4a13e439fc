package org.treegrpo.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code deploy/treegrpo} says before there is a JVM. */
class LauncherTest {

  @TempDir Path directory;

  @Test
  void aWrongJavaHomeIsNamedWithWhatIsWrongAboutIt() throws Exception {
    Path none = directory.resolve("none");
    assertThat(launch(none.toString()))
        .as("it is set, and not there")
        .isEqualTo(
            "1 treegrpo: JAVA_HOME=%s has no bin/java: point it at a JDK 17 or later, or unset it to use the java of the PATH\n"
                .formatted(none));
    assertThat(launch(directory.toString()))
        .as("it is no JDK")
        .startsWith("1 treegrpo: JAVA_HOME=%s has no bin/java: ".formatted(directory));
  }

  @Test
  void withoutAnyJavaOneIsAskedFor() throws Exception {
    assertThat(launch("")).as("nothing to be found").startsWith("1 treegrpo: no Java: install");
  }

  /** Exit code and standard error. */
  private String launch(String javaHome) throws IOException, InterruptedException {
    ProcessBuilder launcher =
        new ProcessBuilder("/bin/bash", Path.of("../deploy/treegrpo").toString(), "--version")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    launcher.environment().put("JAVA_HOME", javaHome);
    launcher.environment().put("PATH", path());
    Process process = launcher.start();
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() + " " + err;
  }

  /** A PATH with the one program that the launcher runs before it looks for Java. */
  private String path() throws IOException {
    Path link = directory.resolve("dirname");
    if (!Files.exists(link)) {
      Files.createSymbolicLink(link, dirname());
    }
    return directory.toString();
  }

  private static Path dirname() {
    Path usual = Path.of("/usr/bin/dirname");
    return Files.exists(usual) ? usual : Path.of("/bin/dirname");
  }
}
