package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.util.Utils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.core.tensor.TorchRuntime;

/** What a machine may lack: each is one line, with the path and what to do, and exit code 1. */
class BadMachineTest {

  @TempDir Path directory;

  private String failed(String jvmOption) throws Exception {
    Path config = new TinyRun(directory).configFile("run");
    DriverProcess driver =
        DriverProcess.start(
            directory.resolve("output"),
            List.of(jvmOption),
            List.of("train", "--config", config.toString()));
    assertThat(driver.exitCode()).as(driver.output()).isEqualTo(1);
    assertThat(driver.output())
        .as("one line")
        .containsOnlyOnce("treegrpo: ")
        .doesNotContain("\tat ", "please report");
    return driver.output();
  }

  /** A path that no user, not even root, can make a directory of. */
  private Path unusable() throws IOException {
    return Files.createFile(directory.resolve("file")).resolve("below");
  }

  @Test
  void aLibraryCacheThatCannotBeWrittenIsNamed() throws Exception {
    Path cache = unusable();
    assertThat(failed("-DDJL_CACHE_DIR=" + cache))
        .as("path and remedy")
        .contains(
            "treegrpo: PyTorch's libraries in " + cache.resolve("pytorch"),
            "set DJL_CACHE_DIR to a directory that can be written and has 450 MB of room");
  }

  @Test
  void aLibraryCacheThatIsHalfFilledIsToBeDeleted() throws Exception {
    TorchRuntime.configureThread();
    Path whole = Utils.getEngineCacheDir("pytorch");
    Path cache = directory.resolve("cache");
    try (Stream<Path> unpacked = Files.walk(whole)) {
      for (Path path : unpacked.toList()) {
        Path twin = cache.resolve("pytorch").resolve(whole.relativize(path));
        if (Files.isDirectory(path)) {
          Files.createDirectories(twin);
        } else {
          Files.createFile(twin);
        }
      }
    }
    assertThat(failed("-DDJL_CACHE_DIR=" + cache))
        .as("path and remedy")
        .contains(
            "treegrpo: PyTorch's libraries in " + cache.resolve("pytorch"),
            "delete " + cache.resolve("pytorch"),
            "DJL_CACHE_DIR");
  }

  @Test
  void aPlaceForTemporaryFilesThatCannotBeWrittenIsNamed() throws Exception {
    Path place = unusable();
    assertThat(failed("-Djava.io.tmpdir=" + place))
        .as("property, path and remedy")
        .contains(
            "treegrpo: java.io.tmpdir = " + place + " must be a directory that can be written",
            "-Djava.io.tmpdir=DIR");
  }
}
