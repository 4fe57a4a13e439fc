package org.treegrpo.job.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.treegrpo.job.settings.SettingsLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The options that every command has, before or after its name. */
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
    })
final class RootCommand implements Runnable {
  private final SettingsLoader loader;
  private final Environment environment;

  @Spec private CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Configuration file (HOCON).",
      scope = ScopeType.INHERIT)
  private @Nullable Path config;

  private final List<String> overrides = new ArrayList<>();

  RootCommand(SettingsLoader loader, Environment environment) {
    this.loader = loader;
    this.environment = environment;
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

  CommandContext context(CommandLine command) {
    return new CommandContext(command, loader, Optional.ofNullable(config), overrides, environment);
  }
}
