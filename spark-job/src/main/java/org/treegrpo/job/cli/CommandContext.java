package org.treegrpo.job.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.settings.CompareSettings;
import org.treegrpo.job.settings.SettingsLoader;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.Use;
import org.treegrpo.job.train.InvalidInputException;
import org.treegrpo.job.train.RunPlace;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** What a command works with: the configuration that was named, and what is around it. */
public final class CommandContext {

  private final CommandLine command;
  private final SettingsLoader loader;
  private final Optional<Path> config;
  private final List<String> overrides;
  private final Environment environment;

  /**
   * @param command that was called, for errors of usage
   * @param config file of {@code --config}
   * @param overrides of {@code --set}
   */
  CommandContext(
      CommandLine command,
      SettingsLoader loader,
      Optional<Path> config,
      List<String> overrides,
      Environment environment) {
    this.command = command;
    this.loader = loader;
    this.config = config;
    this.overrides = List.copyOf(overrides);
    this.environment = environment;
  }

  /** The settings of {@code --config}. */
  public TrainSettings settings(Use use) {
    return loader.load(file(), overrides, use);
  }

  /**
   * The settings of {@code --config} with changes.
   *
   * @param changes {@code treegrpo.key=value}, over those of {@code --set}
   */
  public TrainSettings settings(Use use, List<String> changes) {
    List<String> all = new ArrayList<>(overrides);
    all.addAll(changes);
    return loader.load(file(), all, use);
  }

  /**
   * The settings of a member of the comparison that {@code --config} describes.
   *
   * @param given {@code treegrpo.key=value}, of the member alone
   */
  public TrainSettings member(
      TrainSettings common, CompareSettings.Variant variant, List<String> given) {
    return loader.loadMember(file(), common, overrides, variant, given);
  }

  private Path file() {
    Path file =
        config.orElseThrow(() -> new ParameterException(command, "--config FILE is needed"));
    if (!Files.isRegularFile(file) && deployMode(spark()).equals("cluster")) {
      throw new InvalidInputException(
          "--config: %s must be a readable file where the driver runs, which is a machine of the cluster (--deploy-mode cluster): name a path that all machines have; on YARN and Kubernetes, give the file by --spark --files and name it without its directory"
              .formatted(file));
    }
    return file;
  }

  private static String deployMode(SparkConf spark) {
    return spark.get("spark.submit.deployMode", "client");
  }

  /** The settings of {@code --config}, or those that the run in {@code runDir} was started with. */
  public TrainSettings settingsOr(Optional<String> runDir, Use use) throws IOException {
    if (runDir.isEmpty()) {
      return settings(use);
    }
    if (config.isPresent()) {
      throw new ParameterException(command, "give --config or --run-dir, not both");
    }
    List<String> withRunDir = new ArrayList<>(overrides);
    withRunDir.add("treegrpo.run-dir=" + runDir.get());
    return loader.parse(
        resolvedConfig(runDir.get()), runDir.get() + "/config.resolved.conf", withRunDir, use);
  }

  /** The directory given, or the run directory of {@code --config}. */
  public String directory(Optional<String> given) {
    if (given.isPresent() && config.isPresent()) {
      throw new ParameterException(command, "give --config or a directory, not both");
    }
    return given.orElseGet(() -> settings(Use.LOCATE).runDir());
  }

  public SparkConf spark() {
    return environment.spark();
  }

  public Configuration hadoop() {
    return environment.hadoop();
  }

  /** For results and progress. */
  public PrintStream out() {
    return environment.out();
  }

  private String resolvedConfig(String runDir) throws IOException {
    RunDirectory run = RunPlace.started("--run-dir", runDir, hadoop());
    try (InputStream in = run.fs().open(run.layout().config())) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
