package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.treegrpo.job.cli.Environment;
import org.treegrpo.job.cli.ExitCodes;
import org.treegrpo.job.cli.TreeGrpoCommandLine;
import org.treegrpo.job.settings.SettingsLoader;

/**
 * What a user sees of a command line; it ran in this JVM, put together as {@code Main} does it.
 *
 * @param out what went to standard output
 * @param err what went to standard error
 * @param changed files and directories that are new, gone or other than before
 */
public record CommandLineRun(int exitCode, String out, String err, Set<String> changed) {

  /**
   * Runs a command line on one local core.
   *
   * @param directory is looked at for changes
   */
  public static CommandLineRun of(Path directory, String... arguments) throws IOException {
    return of(directory, TinyRun.spark("local[1]"), new Configuration(), arguments);
  }

  /**
   * Runs a command line.
   *
   * @param directory is looked at for changes
   */
  public static CommandLineRun of(
      Path directory, SparkConf spark, Configuration hadoop, String... arguments)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    StringWriter err = new StringWriter();
    Map<String, String> before = files(directory);
    int exitCode;
    try (PrintStream results = new PrintStream(out, true, StandardCharsets.UTF_8)) {
      exitCode =
          new TreeGrpoCommandLine(
                  new Environment(spark, hadoop, results),
                  new SettingsLoader(),
                  new PrintWriter(results, true, StandardCharsets.UTF_8),
                  new PrintWriter(err, true))
              .run(arguments);
    }
    return new CommandLineRun(
        exitCode,
        out.toString(StandardCharsets.UTF_8),
        err.toString(),
        changed(before, files(directory)));
  }

  /** Refused before anything was written, by one message that has all of the parts. */
  public void assertRefused(String... parts) {
    assertThat(exitCode).as("exit code; the message was: %s", err).isEqualTo(ExitCodes.BAD_INPUT);
    assertOneMessage(parts);
    assertThat(changed).as("nothing is written").isEmpty();
  }

  /** Failed on the way, by one message that has all of the parts. */
  public void assertFailed(String... parts) {
    assertThat(exitCode).as("exit code; the message was: %s", err).isEqualTo(ExitCodes.FAILED);
    assertOneMessage(parts);
  }

  public void assertDone() {
    assertThat(exitCode).as("exit code; the message was: %s", err).isEqualTo(ExitCodes.DONE);
  }

  private void assertOneMessage(String... parts) {
    assertThat(err).as("one message").startsWith("treegrpo: ").containsOnlyOnce("treegrpo: ");
    assertThat(err)
        .as("what is wrong, and no trace or class name")
        .contains(parts)
        .doesNotContain("\tat ", "Exception", ": null", "treegrpo-inputs");
  }

  private static Map<String, String> files(Path directory) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.toList()) {
        boolean isFile = Files.isRegularFile(path);
        int content = isFile ? Arrays.hashCode(Files.readAllBytes(path)) : 0;
        files.put(directory.relativize(path).toString(), isFile + " " + content);
      }
    }
    return files;
  }

  private static Set<String> changed(Map<String, String> before, Map<String, String> after) {
    Set<String> changed = new TreeSet<>(before.keySet());
    changed.addAll(after.keySet());
    changed.removeIf(name -> before.containsKey(name) && before.get(name).equals(after.get(name)));
    return changed;
  }
}
