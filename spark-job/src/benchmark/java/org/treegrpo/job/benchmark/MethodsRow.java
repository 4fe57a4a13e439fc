package org.treegrpo.job.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.treegrpo.job.metrics.RoundMetrics.NetworkEvaluations;

/**
 * A round of every method against a round of TreeGRPO, each with 27 leaves a prompt where it can
 * have as many: the seconds and evaluations of docs/METHODS.md. All methods are measured one after
 * the other, and so again for each repetition.
 */
final class MethodsRow implements Row {

  private static final String TREEGRPO = "treegrpo";
  private static final List<String> SAME =
      List.of(
          "treegrpo.tree.prompts-per-round=4",
          "treegrpo.tree.shares=4",
          "treegrpo.checkpoint.every=0",
          "treegrpo.audit.every=0");

  /** What gives each method 27 leaves a prompt; branch-grpo and treegrpo-shifting have 16. */
  private static final Map<String, List<String>> METHODS = new LinkedHashMap<>();

  static {
    List<String> group = List.of("treegrpo.tree.trees-per-prompt=27");
    METHODS.put(TREEGRPO, List.of());
    METHODS.put("treegrpo-shifting", List.of());
    METHODS.put("ddpo", group);
    METHODS.put("flow-grpo", group);
    METHODS.put("flow-grpo-fast", List.of("treegrpo.tree.branching=27"));
    METHODS.put("dance-grpo", group);
    METHODS.put("mix-grpo", group);
    METHODS.put("mix-grpo-flash", group);
    METHODS.put("branch-grpo", List.of());
    METHODS.put(
        "tempflow-grpo", List.of("treegrpo.tree.branching=9", "treegrpo.tree.trees-per-prompt=3"));
    METHODS.put("diffusion-nft", group);
    METHODS.put("awm", group);
    METHODS.put("tree-nft", List.of());
  }

  private static final Map<String, Bar> BARS =
      Map.of(
          "ddpo", Bar.atLeast(2.4, "%.2f×"),
          "dance-grpo", Bar.atLeast(2.4, "%.2f×"),
          "mix-grpo", Bar.atLeast(2.0, "%.2f×"));

  private static final class Measured {

    private final List<Double> seconds = new ArrayList<>();
    private double evaluations;
    private double leaves;
  }

  @Override
  public List<Finding> measure(Bench bench) throws Exception {
    Map<String, Measured> measured = new LinkedHashMap<>();
    for (int i = 0; i < bench.repetitions(); i++) {
      for (String method : METHODS.keySet()) {
        measure(bench, method, measured.computeIfAbsent(method, name -> new Measured()));
      }
    }
    List<Double> reference = measured.get(TREEGRPO).seconds;
    List<Finding> findings = new ArrayList<>();
    measured.forEach((method, figures) -> findings.add(finding(method, figures, reference)));
    return findings;
  }

  private static void measure(Bench bench, String method, Measured into) throws Exception {
    List<String> changes = new ArrayList<>(SAME);
    changes.add("treegrpo.method=" + method);
    changes.addAll(METHODS.get(method));
    TrainingRounds rounds = TrainingRounds.of(bench, "local[2]", TrainingRounds.silent(), changes);
    into.seconds.add(rounds.seconds());
    into.evaluations =
        rounds.mean(
            round -> {
              NetworkEvaluations nfe = round.nfe();
              return nfe.rollout() + nfe.trainForward();
            });
    into.leaves = rounds.mean(round -> round.leaves() / 4.0);
  }

  private static Finding finding(String method, Measured figures, List<Double> reference) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < reference.size(); i++) {
      ratios.add(figures.seconds.get(i) / reference.get(i));
    }
    Spread ratio = Spread.of(ratios);
    String name =
        String.format(
            Locale.ROOT,
            "`%s`, %.0f leaves a prompt, %.0f forwards a round / `treegrpo`",
            method,
            figures.leaves,
            figures.evaluations);
    String raw =
        "%s s / %s s"
            .formatted(
                Spread.of(figures.seconds).format("%.2f"), Spread.of(reference).format("%.2f"));
    return Optional.ofNullable(BARS.get(method))
        .map(bar -> Finding.of(name, bar, ratio, raw))
        .orElseGet(() -> new Finding(name, "", ratio.format("%.2f×"), "", raw));
  }
}
