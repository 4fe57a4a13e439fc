package org.treegrpo.job.benchmark;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.treegrpo.job.metrics.RoundMetrics.ModelSeconds;

/**
 * The share of a quick-start round's processor capacity (wall time times task slots) that is spent
 * inside the model and the reward models, and where the rest goes. In processor time, because more
 * threads than processors make wall time inside the model count the waiting of one for another.
 */
final class ModelShareRow implements Row {

  private static final int SLOTS = 2;

  @Override
  public List<Finding> measure(Bench bench) throws Exception {
    List<CpuSampler.Usage> rounds = new ArrayList<>();
    TrainingRounds trained;
    try (CpuSampler sampler = new CpuSampler()) {
      RoundTap.Listener listener =
          new RoundTap.Listener() {
            private CpuSampler.Usage last = sampler.usage();

            @Override
            public void printed(String line) {
              CpuSampler.Usage now = sampler.usage();
              if (line.startsWith("round")) {
                rounds.add(now.minus(last));
              }
              last = now;
            }
          };
      trained =
          TrainingRounds.ofQuickStart(
              bench,
              "local[" + SLOTS + "]",
              RoundTap.of(listener),
              List.of("treegrpo.rounds=" + (TrainingRounds.WARM_UP + 3 * bench.rounds() + 1)));
    }
    return findings(rounds.subList(TrainingRounds.WARM_UP, rounds.size() - 1), trained);
  }

  private static List<Finding> findings(List<CpuSampler.Usage> rounds, TrainingRounds trained) {
    double wall = rounds.stream().mapToDouble(CpuSampler.Usage::wall).sum();
    double capacity = SLOTS * wall;
    double model = rounds.stream().mapToDouble(CpuSampler.Usage::model).sum();
    double used = rounds.stream().mapToDouble(CpuSampler.Usage::total).sum();
    double threadSeconds =
        trained.mean(
            round -> {
              ModelSeconds inside = round.modelSeconds();
              return inside.rollout() + inside.learn() + inside.reward();
            });
    List<Finding> findings = new ArrayList<>();
    findings.add(
        Finding.of(
            "Quick start, local[2]: processor time inside model and reward models / (2 × wall)",
            Bar.atLeast(85, "%.1f %%"),
            Spread.of(
                rounds.stream().map(one -> 100 * one.model() / (SLOTS * one.wall())).toList()),
            String.format(
                Locale.ROOT,
                "%.2f s a round; %.0f %% of the processor time that was used; %.2f s in threads by metrics.jsonl",
                wall / rounds.size(),
                100 * model / used,
                threadSeconds)));
    List<Finding> parts = new ArrayList<>();
    for (Activity activity : Activity.values()) {
      double spent =
          rounds.stream().mapToDouble(one -> one.byActivity().getOrDefault(activity, 0.0)).sum();
      parts.add(part(activity.label(), spent, capacity, rounds.size()));
    }
    double virtualMachine = rounds.stream().mapToDouble(CpuSampler.Usage::virtualMachine).sum();
    parts.add(
        part(
            "virtual machine: compiler, garbage collector, pauses for the sampler",
            virtualMachine,
            capacity,
            rounds.size()));
    parts.add(part("idle", capacity - used, capacity, rounds.size()));
    parts.sort(Comparator.comparingDouble(ModelShareRow::percent).reversed());
    findings.addAll(parts);
    return findings;
  }

  private static Finding part(String label, double spent, double capacity, int rounds) {
    return new Finding(
        "– of it: " + label,
        "",
        String.format(Locale.ROOT, "%.1f %%", 100 * spent / capacity),
        "",
        String.format(Locale.ROOT, "%.3f s a round", spent / rounds));
  }

  private static double percent(Finding part) {
    return Double.parseDouble(part.measured().replace(" %", ""));
  }
}
