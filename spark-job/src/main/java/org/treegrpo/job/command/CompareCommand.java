package org.treegrpo.job.command;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.treegrpo.job.cli.CliCommand;
import org.treegrpo.job.cli.CommandContext;
import org.treegrpo.job.cli.ExitCodes;
import org.treegrpo.job.compare.Comparison;
import org.treegrpo.job.compare.Member;
import org.treegrpo.job.metrics.ComparisonIndex;
import org.treegrpo.job.settings.BudgetSettings;
import org.treegrpo.job.settings.CompareSettings;
import org.treegrpo.job.settings.CompareSettings.Variant;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.Use;
import picocli.CommandLine.Command;

/** Trains variants side by side under one budget. */
@Command(
    name = "compare",
    description = "Trains variants of a configuration side by side; the same command goes on.")
public final class CompareCommand extends CliCommand {

  @Override
  protected int run(CommandContext context) throws IOException {
    TrainSettings common = context.settings(Use.COMPARE);
    ClusterCheck.require(common, context.spark());
    Comparison.run(
        common, members(context, common), context.spark(), context.hadoop(), context.out());
    context.out().printf("report: %s/report.html%n", common.runDir());
    return ExitCodes.DONE;
  }

  private static List<Member> members(CommandContext context, TrainSettings common) {
    CompareSettings comparison = common.compare();
    BudgetSettings budget = comparison.budget();
    List<Member> members = new ArrayList<>();
    for (Variant variant : comparison.variants()) {
      for (int seed : comparison.seeds()) {
        String path = "members/%s/seed-%d".formatted(variant.name(), seed);
        TrainSettings settings =
            context.member(
                common,
                variant,
                List.of(
                    "treegrpo.seed=" + seed,
                    "treegrpo.run-dir=%s/%s".formatted(common.runDir(), path),
                    "treegrpo.budget.seconds=" + budget.seconds(),
                    "treegrpo.budget.evaluations=" + budget.evaluations(),
                    "treegrpo.budget.images=" + budget.images()));
        members.add(new Member(new ComparisonIndex.Member(variant.name(), seed, path), settings));
      }
    }
    return members;
  }
}
