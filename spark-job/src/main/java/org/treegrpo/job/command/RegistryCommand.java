package org.treegrpo.job.command;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.treegrpo.job.cli.CliCommand;
import org.treegrpo.job.cli.CommandContext;
import org.treegrpo.job.cli.ExitCodes;
import org.treegrpo.job.cli.PolicyOptions;
import org.treegrpo.job.cli.RegistryOptions;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.gate.GateVerdict;
import org.treegrpo.job.gate.Judgement;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.metrics.RunJson;
import org.treegrpo.job.registry.Promotion;
import org.treegrpo.job.registry.Registry;
import org.treegrpo.job.registry.RegistryWriter;
import org.treegrpo.job.registry.Retention;
import org.treegrpo.job.registry.Version;
import org.treegrpo.job.report.NightsPage;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.Use;
import org.treegrpo.job.train.InvalidInputException;
import org.treegrpo.job.train.Judge;
import org.treegrpo.job.train.VersionExport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Looks at and changes a registry of versions. */
@Command(
    name = "registry",
    description = {
      "Versions of a policy's weights, and which of them is promoted:",
      "list | show [ID] | add (of --run-dir or --checkpoint) | judge ID | promote ID | rollback | report | gc"
    })
public final class RegistryCommand extends CliCommand {

  /** What is done. */
  public enum Action {
    LIST,
    SHOW,
    ADD,
    PROMOTE,
    ROLLBACK,
    JUDGE,
    REPORT,
    GC;

    /** As it is written on a command line. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Parameters(index = "0", paramLabel = "ACTION", description = "${COMPLETION-CANDIDATES}.")
  private Action action;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "ID",
      description = "A version, such as v000012; of show by default the promoted one.")
  private Optional<String> id;

  @Mixin private RegistryOptions at;

  @Mixin private PolicyOptions policy;

  @Option(
      names = "--promote",
      description = "add: promotes the version at once; judge: where the gate lets it pass.")
  private boolean promote;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "by hand",
      description = "promote, rollback: why, for people. Default: ${DEFAULT-VALUE}.")
  private String reason;

  @Option(
      names = "--keep",
      paramLabel = "N",
      defaultValue = "10",
      description = "gc: promoted versions that stay, the newest. Default: ${DEFAULT-VALUE}.")
  private int keep;

  @Option(
      names = "--candidates",
      paramLabel = "N",
      defaultValue = "10",
      description = "gc: versions never promoted that stay, the newest. Default: ${DEFAULT-VALUE}.")
  private int candidates;

  @Option(
      names = "--candidate-days",
      paramLabel = "N",
      defaultValue = "90",
      description = "gc: how old such versions may become. Default: ${DEFAULT-VALUE}.")
  private int candidateDays;

  @Option(
      names = "--candidate-gib",
      paramLabel = "N",
      defaultValue = "1024",
      description = "gc: how much such versions may take together. Default: ${DEFAULT-VALUE}.")
  private int candidateGib;

  @Option(
      names = "--nights",
      paramLabel = "N",
      defaultValue = "30",
      description =
          "gc: nights that are over and keep their runs' checkpoints, the newest. Default: ${DEFAULT-VALUE}.")
  private int nights;

  @Override
  protected int run(CommandContext context) throws IOException {
    PrintStream out = context.out();
    RunDirectory directory = at.directory(context.hadoop());
    if (action == Action.LIST || action == Action.SHOW) {
      look(new Registry(directory), out);
      return ExitCodes.DONE;
    }
    if (keep < 1
        || Math.min(Math.min(candidates, nights), Math.min(candidateDays, candidateGib)) < 0) {
      throw new InvalidInputException(
          "--keep must be at least 1, and --candidates, --candidate-days, --candidate-gib and --nights at least 0");
    }
    try (RegistryWriter writer =
        RegistryWriter.open(
            directory, "registry, " + UUID.randomUUID(), at.singleWriter(), Clock.systemUTC())) {
      return action == Action.JUDGE ? judge(context, writer, out) : change(context, writer, out);
    }
  }

  private int judge(CommandContext context, RegistryWriter writer, PrintStream out)
      throws IOException {
    TrainSettings settings = context.settings(Use.EVALUATE);
    ClusterCheck.require(settings, context.spark());
    Judgement judgement =
        new Judge(
                changes -> context.settings(Use.EVALUATE, changes),
                writer.registry(),
                context.hadoop())
            .judge(named(), named(), context.spark());
    GateVerdict verdict = judgement.verdict();
    verdict
        .rules()
        .forEach(
            rule ->
                out.printf(
                    "%s  %-28s %s%n", rule.passed() ? "held" : "NOT ", rule.name(), rule.text()));
    writer.record(judgement);
    if (!verdict.passed()) {
      out.println(named() + " is refused: " + verdict.reasons());
      return ExitCodes.refused(context.spark());
    }
    if (promote) {
      tell(writer.promote(named(), "every rule of the gate is held"), out);
    } else {
      out.println(named() + " may be promoted");
    }
    return ExitCodes.DONE;
  }

  private void look(Registry registry, PrintStream out) throws IOException {
    Optional<String> current = registry.current().map(Promotion::version);
    if (action == Action.SHOW) {
      Optional<String> shown = id.isPresent() ? id : current;
      if (shown.isEmpty()) {
        throw new InvalidInputException(
            "--registry: %s has no promoted version yet; name one".formatted(at.place()));
      }
      out.print(RunJson.pretty(registry.version(shown.get())));
      return;
    }
    List<Version> versions = registry.versions();
    for (Version version : versions) {
      out.printf(
          "%s %s  %s  round %d of %s  %s%n",
          version.id(),
          current.filter(version.id()::equals).isPresent() ? "promoted" : "        ",
          version.made(),
          version.round(),
          version.run() == null ? "a checkpoint" : version.run(),
          figures(version.evaluation()));
    }
    if (versions.isEmpty()) {
      out.println("no versions in " + at.place());
    }
    registry
        .current()
        .ifPresent(
            promotion ->
                out.printf(
                    "%s is promoted since %s: %s%n",
                    promotion.version(), promotion.at(), promotion.reason()));
  }

  private static String figures(@Nullable EvaluationRecord evaluation) {
    return evaluation == null
        ? ""
        : evaluation.reward().entrySet().stream()
            .map(reward -> "%s %.3f".formatted(reward.getKey(), reward.getValue().mean()))
            .collect(Collectors.joining(", "));
  }

  private int change(CommandContext context, RegistryWriter writer, PrintStream out)
      throws IOException {
    switch (action) {
      case ADD -> {
        TrainSettings settings = context.settingsOr(policy.runDir(), Use.SAMPLE);
        Version version = VersionExport.add(settings, policy.choice(), context.hadoop(), writer);
        out.println(version.id() + ": " + writer.registry().directory(version.id()));
        if (promote) {
          tell(writer.promote(version.id(), reason), out);
        }
      }
      case PROMOTE -> tell(writer.promote(named(), reason), out);
      case ROLLBACK -> tell(writer.rollback(reason), out);
      case REPORT -> out.println(NightsPage.write(writer.registry()));
      case GC -> out.println("deleted: " + writer.collect(retention()));
      default -> throw new IllegalStateException("not a change: " + action);
    }
    return ExitCodes.DONE;
  }

  private Retention retention() {
    return new Retention(
        keep, candidates, Duration.ofDays(candidateDays), (long) candidateGib << 30, nights);
  }

  private String named() {
    return id.orElseThrow(
        () -> new InvalidInputException(action + ": needs the ID of a version; list shows them"));
  }

  private static void tell(Promotion promotion, PrintStream out) {
    out.printf(
        "%s is promoted%s%n",
        promotion.version(),
        promotion.previous() == null ? "" : ", before it " + promotion.previous());
  }
}
