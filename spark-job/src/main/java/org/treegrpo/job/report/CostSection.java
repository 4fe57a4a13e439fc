package org.treegrpo.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.treegrpo.core.topology.BranchSchedule;
import org.treegrpo.core.topology.Topology;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.metrics.RoundMetrics.PhaseSeconds;
import org.treegrpo.job.report.LineChart.Point;
import org.treegrpo.job.report.LineChart.Series;

/** Where the time went, how many network evaluations a round took, and what they cost. */
final class CostSection {
  private static final List<String> COLOURS =
      List.of(
          "var(--blue)",
          "#6ea0e8",
          "#8d99a6",
          "var(--good)",
          "var(--orange)",
          "#a77bca",
          "#c9d0d8");

  private CostSection() {}

  static String html(RunData data) {
    if (data.rounds().isEmpty()) {
      return "";
    }
    Html out = new Html();
    out.raw("<section><h2>Where the time went</h2>");
    phases(out, data.rounds());
    inModel(out, data);
    out.raw("</section><section><h2>What a round costs</h2>");
    evaluations(out, data);
    return out.raw(CostLaw.html(data.rounds())).raw("</section>").toString();
  }

  private static void phases(Html out, List<RoundMetrics> rounds) {
    Map<String, Double> phases = new LinkedHashMap<>();
    phases.put("grow the trees", mean(rounds, PhaseSeconds::grow));
    phases.put("score", mean(rounds, PhaseSeconds::score));
    phases.put("advantages", mean(rounds, PhaseSeconds::advantage));
    phases.put("learn", mean(rounds, PhaseSeconds::learn));
    phases.put("update the weights", mean(rounds, PhaseSeconds::update));
    phases.put("checkpoint", mean(rounds, PhaseSeconds::checkpoint));
    double total = mean(rounds, PhaseSeconds::total);
    double named = phases.values().stream().mapToDouble(Double::doubleValue).sum();
    phases.put("other", Math.max(0, total - named));
    double shown = Math.max(total, named);
    out.format("<p>A round took %s on average.</p><div class=\"bar\">", Figures.duration(total));
    int index = 0;
    for (Map.Entry<String, Double> phase : phases.entrySet()) {
      out.format(
          "<div style=\"width:%s%%;background:%s\" title=\"%s %s\"></div>",
          LineChart.at(shown == 0 ? 0 : 100 * phase.getValue() / shown),
          COLOURS.get(index++),
          phase.getKey(),
          Figures.duration(phase.getValue()));
    }
    out.raw("</div><div class=\"legend\">");
    index = 0;
    for (Map.Entry<String, Double> phase : phases.entrySet()) {
      out.format(
          "<span style=\"--swatch:%s\">%s %s (%s)</span>",
          COLOURS.get(index++),
          phase.getKey(),
          Figures.duration(phase.getValue()),
          Figures.percent(shown == 0 ? Double.NaN : phase.getValue() / shown));
    }
    out.raw("</div>");
  }

  private static double mean(List<RoundMetrics> rounds, ToDoubleFunction<PhaseSeconds> phase) {
    return rounds.stream()
        .mapToDouble(round -> phase.applyAsDouble(round.seconds()))
        .filter(seconds -> !Double.isNaN(seconds))
        .average()
        .orElse(0);
  }

  private static void inModel(Html out, RunData data) {
    double model = 0;
    double total = 0;
    for (RoundMetrics round : data.rounds()) {
      double seconds =
          round.modelSeconds().rollout()
              + round.modelSeconds().learn()
              + round.modelSeconds().reward();
      if (!Double.isNaN(seconds)) {
        model += seconds;
        total += round.seconds().total();
      }
    }
    if (total == 0) {
      return;
    }
    out.format(
        "<p class=\"soft\">Inside the network and the reward models: %s of task time a round, so"
            + " on average %s threads were computing",
        Figures.duration(model / data.rounds().size()), Figures.number(model / total));
    JsonNode slots = data.run().path("task_slots");
    if (slots.isInt() && slots.asInt() > 0) {
      out.format(
          " out of %s slots: %s of the time that was there to compute",
          slots.asInt(), Figures.percent(model / total / slots.asInt()));
    }
    out.raw(".</p>");
  }

  private static void evaluations(Html out, RunData data) {
    LineChart chart = new LineChart(640, 230, "round", value -> Figures.count(Math.round(value)));
    chart.include(0);
    chart.add(series(data, "rollout", 0, round -> round.nfe().rollout()));
    chart.add(series(data, "training, forward", 3, round -> round.nfe().trainForward()));
    chart.add(series(data, "training, backward", 4, round -> round.nfe().trainBackward()));
    out.raw("<h3>Evaluations of the network</h3><div class=\"legend\">")
        .format("<span style=\"--swatch:%s\">drawing the trees</span>", COLOURS.get(0))
        .format("<span style=\"--swatch:%s\">training, forward</span>", COLOURS.get(3))
        .format("<span style=\"--swatch:%s\">training, backward</span></div>", COLOURS.get(4))
        .raw("<div class=\"wide\">" + chart.svg("network evaluations per round") + "</div>");
    saving(data)
        .ifPresent(
            factor ->
                out.format(
                    "<p>Growing trees took %s times fewer evaluations than drawing the same number"
                        + " of pictures one by one, and one training evaluation serves all branches"
                        + " of a node: %s nodes for %s branches.</p>",
                    Figures.number(factor),
                    Figures.count(data.rounds().stream().mapToLong(RoundMetrics::parents).sum()),
                    Figures.count(data.rounds().stream().mapToLong(RoundMetrics::edges).sum())));
  }

  private static Series series(
      RunData data, String name, int colour, ToDoubleFunction<RoundMetrics> value) {
    return new Series(
        name,
        COLOURS.get(colour),
        colour == 4, // forward and backward are often equal: one shows through the other
        data.rounds().stream()
            .map(round -> new Point(round.round(), value.applyAsDouble(round), 0))
            .toList());
  }

  /** L T over i + P + L (T - i - w), summed over the rounds (ALGORITHMS.md section 1.1). */
  private static Optional<Double> saving(RunData data) {
    Optional<Integer> branching = data.setting("treegrpo.tree.branching");
    Optional<Integer> width = data.setting("treegrpo.tree.width");
    Optional<Integer> steps = data.setting("treegrpo.sampler.steps");
    if (branching.isEmpty() || width.isEmpty() || steps.isEmpty()) {
      return Optional.empty();
    }
    Map<Integer, Topology> trees = new HashMap<>();
    double flat = 0;
    double tree = 0;
    for (RoundMetrics round : data.rounds()) {
      Topology topology =
          trees.computeIfAbsent(
              round.windowStart(),
              start ->
                  Topology.of(
                      BranchSchedule.window(steps.get(), start, branching.get(), width.get())));
      flat += (double) topology.leaves() * steps.get();
      tree += topology.evaluations();
    }
    return tree > 0 && flat > tree ? Optional.of(flat / tree) : Optional.empty();
  }
}
