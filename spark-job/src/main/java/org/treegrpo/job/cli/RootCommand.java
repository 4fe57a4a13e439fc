package org.treegrpo.job.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.treegrpo.job.settings.SettingsLoader;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.Use;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The options that every command has, before or after its name, and what follows from them. */
@Command(
    name = "treegrpo",
    description = "TreeGRPO post-training of diffusion and flow image generators on Spark.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    scope = ScopeType.INHERIT,
    sortOptions = false,
    footer = {
      "",
      "Exit codes: 0 done, 1 failed, 2 bad usage or configuration, 3 a gate refused.",
      "The keys of a configuration are described in reference.conf. The launcher deploy/treegrpo",
      "also takes --master M (default local[*]) and --spark <spark-submit options>."
    },
    subcommands = {
      TrainCommand.class,
      ResumeCommand.class,
      EvaluateCommand.class,
      SampleCommand.class,
      PretrainCommand.class,
      PlanCommand.class,
      ReportCommand.class,
      VerifyCommand.class
    })
final class RootCommand implements Runnable {
  private final Commands commands;
  private final SettingsLoader loader;

  @Spec private CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Configuration file (HOCON).",
      scope = ScopeType.INHERIT)
  private @Nullable Path config;

  private final List<String> overrides = new ArrayList<>();

  RootCommand(Commands commands, SettingsLoader loader) {
    this.commands = commands;
    this.loader = loader;
  }

  /**
   * Called after each {@code --set} with all of those before or all of those after the command's
   * name; a field would keep the latter only.
   */
  @Option(
      names = "--set",
      paramLabel = "treegrpo.KEY=VALUE",
      description = "Overrides one key of the configuration; may be repeated, the last wins.",
      scope = ScopeType.INHERIT)
  void override(List<String> soFar) {
    if (!soFar.isEmpty()) {
      overrides.add(soFar.get(soFar.size() - 1));
    }
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is needed");
  }

  Commands commands() {
    return commands;
  }

  /** The settings of {@code --config}. */
  TrainSettings configured(CommandLine command, Use use) {
    if (config == null) {
      throw new ParameterException(command, "--config FILE is needed");
    }
    return loader.load(config, overrides, use);
  }

  /** The settings of {@code --config}, or those that the run in {@code runDir} was started with. */
  TrainSettings configuredOrOf(CommandLine command, Optional<String> runDir, Use use)
      throws IOException {
    if (runDir.isEmpty()) {
      return configured(command, use);
    }
    if (config != null) {
      throw new ParameterException(command, "give --config or --run-dir, not both");
    }
    List<String> withRunDir = new ArrayList<>(overrides);
    withRunDir.add("treegrpo.run-dir=" + runDir.get());
    return loader.parse(
        commands.resolvedConfig(runDir.get()),
        runDir.get() + "/config.resolved.conf",
        withRunDir,
        use);
  }

  /** The directory given, or the run directory of {@code --config}. */
  String directory(CommandLine command, Optional<String> given) {
    if (given.isPresent() && config != null) {
      throw new ParameterException(command, "give --config or a directory, not both");
    }
    return given.orElseGet(() -> configured(command, Use.LOCATE).runDir());
  }
}
