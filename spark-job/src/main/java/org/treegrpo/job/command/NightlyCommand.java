package org.treegrpo.job.command;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.treegrpo.job.cli.CliCommand;
import org.treegrpo.job.cli.CommandContext;
import org.treegrpo.job.cli.ExitCodes;
import org.treegrpo.job.cli.RegistryOptions;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.registry.Registry;
import org.treegrpo.job.registry.RegistryWriter;
import org.treegrpo.job.settings.Use;
import org.treegrpo.job.train.NightResult;
import org.treegrpo.job.train.Nightly;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains, judges and promotes; may be repeated until it is done. */
@Command(
    name = "nightly",
    description = {
      "Trains the promoted version of a registry, holds the result to the gate, and promotes it.",
      "Ends with 0 where it is promoted and with 3 where the gate refuses; the same command again goes on where it was ended."
    })
public final class NightlyCommand extends CliCommand {

  @Mixin private RegistryOptions at;

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "Of the night. Default: today's date in --zone.")
  private Optional<String> id;

  @Option(
      names = "--zone",
      paramLabel = "ZONE",
      defaultValue = "UTC",
      description = "In which a day begins, such as Europe/Berlin. Default: ${DEFAULT-VALUE}.")
  private ZoneId zone;

  @Option(names = "--status", description = "Says what the night came to, and does nothing.")
  private boolean status;

  @Override
  protected int run(CommandContext context) throws IOException {
    Clock clock = Clock.systemUTC();
    String night = id.orElseGet(() -> LocalDate.now(clock.withZone(zone)).toString());
    RunDirectory directory = at.directory(context.hadoop());
    Nightly.directory(new Registry(directory), night); // refuses an id before anything is made
    if (status) {
      tell(night, Nightly.result(new Registry(directory), night), context.out());
      return ExitCodes.DONE;
    }
    List<String> somewhere = List.of("treegrpo.run-dir=" + directory.root());
    ClusterCheck.require(context.settings(Use.TRAIN, somewhere), context.spark());
    try (RegistryWriter writer =
        Nightly.lock(directory, context.spark(), at.singleWriter(), clock)) {
      NightResult result =
          new Nightly(
                  changes -> context.settings(Use.TRAIN, changes),
                  writer,
                  context.spark(),
                  context.hadoop(),
                  context.out(),
                  clock)
              .run(night);
      tell(night, Optional.of(result), context.out());
      return result.status() == NightResult.Status.PROMOTED
          ? ExitCodes.DONE
          : ExitCodes.refused(context.spark());
    }
  }

  private static void tell(String night, Optional<NightResult> known, PrintStream out) {
    if (known.isEmpty()) {
      out.printf("night %s: not over, or not begun%n", night);
      return;
    }
    NightResult result = known.get();
    boolean promoted = result.status() == NightResult.Status.PROMOTED;
    out.printf(
        "night %s: %s is %s%s%n",
        night,
        result.version(),
        promoted ? "promoted" : "refused",
        promoted ? "" : "; " + result.verdict().reasons());
  }
}
