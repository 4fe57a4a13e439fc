package org.treegrpo.job.trust;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.treegrpo.job.cli.TreeGrpoCommandLine;
import org.treegrpo.job.command.JobCommands;
import org.treegrpo.job.settings.SettingsLoader;
import org.treegrpo.job.train.TinyRun;

/** The files of a run that would work, to be broken in one place, and the real command line. */
final class Inputs {

  private final Path directory;
  private final Path config;

  Inputs(Path directory) throws IOException {
    this.directory = directory;
    this.config = new TinyRun(directory).configFile("run");
  }

  /** A file of the inputs, or of the run in {@code run/}. */
  Path file(String name) {
    return directory.resolve(name);
  }

  /** Replaces a file by a text. */
  void write(String name, String text) throws IOException {
    Files.writeString(file(name), text);
  }

  /** Replaces a part of a text file, which must be there. */
  void edit(String name, String part, String replacement) throws IOException {
    String text = Files.readString(file(name));
    if (!text.contains(part)) {
      throw new IllegalArgumentException(name + " does not contain " + part);
    }
    Files.writeString(file(name), text.replace(part, replacement));
  }

  /** {@code train} with overrides such as {@code rounds=0}. */
  CommandRun train(String... overrides) throws IOException {
    return withConfig("train", overrides);
  }

  /** {@code resume} with overrides. */
  CommandRun resume(String... overrides) throws IOException {
    return withConfig("resume", overrides);
  }

  /** Any command line, on one local core. */
  CommandRun command(String... arguments) throws IOException {
    return command(TinyRun.spark("local[1]"), new Configuration(), arguments);
  }

  CommandRun command(SparkConf spark, Configuration hadoop, String... arguments)
      throws IOException {
    StringWriter err = new StringWriter();
    OutputStream out = new java.io.ByteArrayOutputStream();
    Map<String, String> before = files();
    int exitCode;
    try (PrintStream results = new PrintStream(out, true, StandardCharsets.UTF_8)) {
      exitCode =
          new TreeGrpoCommandLine(
                  new JobCommands(spark, hadoop, results),
                  new SettingsLoader(),
                  new PrintWriter(results, true, StandardCharsets.UTF_8),
                  new PrintWriter(err, true))
              .run(arguments);
    }
    return new CommandRun(exitCode, out.toString(), err.toString(), changed(before, files()));
  }

  /** The arguments of a command with the configuration and overrides. */
  String[] arguments(String command, String... overrides) {
    List<String> arguments = new ArrayList<>(List.of(command, "--config", config.toString()));
    for (String override : overrides) {
      arguments.addAll(List.of("--set", "treegrpo." + override));
    }
    return arguments.toArray(String[]::new);
  }

  private CommandRun withConfig(String command, String... overrides) throws IOException {
    return command(arguments(command, overrides));
  }

  private Map<String, String> files() throws IOException {
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
