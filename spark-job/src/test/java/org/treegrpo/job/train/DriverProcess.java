package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.treegrpo.job.Main;

/** The application in a JVM of its own, as spark-submit starts it, to be killed. */
final class DriverProcess {

  private static final long LIMIT_MINUTES = 30;

  private final Process process;
  private final Path output;

  private DriverProcess(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /**
   * Starts a command.
   *
   * @param output receives standard output and error
   * @param jvmOptions such as {@code -Dspark.master=local[1]}
   * @param arguments of the application
   */
  static DriverProcess start(Path output, List<String> jvmOptions, List<String> arguments)
      throws IOException {
    return start(output, List.of(), jvmOptions, arguments);
  }

  /**
   * Starts a command that dies at the moments of {@link Kills} planned in {@code kills}.
   *
   * @param directory with {@code kills}; receives {@code driver.log}
   */
  static DriverProcess startToBeKilled(Path directory, List<String> arguments) throws IOException {
    return start(
        directory.resolve("driver.log"),
        List.of(
            "-D%s=%s".formatted(Kills.DIRECTORY, directory.resolve("kills")),
            "-Dspark.hadoop.fs.file.impl=" + KillingFileSystem.class.getName()),
        arguments);
  }

  /**
   * Starts a command by way of a launcher.
   *
   * @param launcher such as {@code nohup}
   */
  static DriverProcess start(
      Path output, List<String> launcher, List<String> jvmOptions, List<String> arguments)
      throws IOException {
    List<String> options =
        new ArrayList<>(
            List.of(
                "-XX:TieredStopAtLevel=1",
                "-Dspark.master=local[1]",
                "-Dspark.driver.host=localhost"));
    options.addAll(jvmOptions);
    return new DriverProcess(
        ChildJvm.start(output, launcher, options, Main.class, arguments), output);
  }

  /** Sends a signal, such as {@code TERM}. */
  void signal(String name) throws IOException, InterruptedException {
    int sent =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
            .inheritIO()
            .start()
            .waitFor();
    assertThat(sent).as("kill -%s", name).isZero();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Waits for the end; 137 for a process that was killed. */
  int exitCode() throws InterruptedException {
    if (!process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError("still running after %d minutes".formatted(LIMIT_MINUTES));
    }
    return process.exitValue();
  }

  String output() throws IOException {
    return Files.readString(output);
  }
}
