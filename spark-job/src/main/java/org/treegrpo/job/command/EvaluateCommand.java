package org.treegrpo.job.command;

import java.io.IOException;
import org.treegrpo.job.cli.CliCommand;
import org.treegrpo.job.cli.CommandContext;
import org.treegrpo.job.cli.ExitCodes;
import org.treegrpo.job.cli.PolicyOptions;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.metrics.RunJson;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.Use;
import org.treegrpo.job.train.PolicySession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Scores held-out prompts. */
@Command(name = "evaluate", description = "Samples the held-out prompts and scores every reward.")
public final class EvaluateCommand extends CliCommand {

  @Mixin private PolicyOptions policy;

  @Override
  protected int run(CommandContext context) throws IOException {
    TrainSettings settings = context.settingsOr(policy.runDir(), Use.EVALUATE);
    ClusterCheck.require(settings, context.spark());
    try (PolicySession session =
        PolicySession.open(settings, policy.choice(), context.spark(), context.hadoop())) {
      EvaluationRecord figures = session.evaluate().figures();
      context.out().println(RunJson.pretty(figures));
    }
    return ExitCodes.DONE;
  }
}
