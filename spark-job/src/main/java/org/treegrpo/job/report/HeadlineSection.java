package org.treegrpo.job.report;

import java.util.List;
import java.util.Optional;
import org.treegrpo.job.gate.GateRule;
import org.treegrpo.job.gate.GateVerdict;
import org.treegrpo.job.gate.Judgement;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.metrics.RunResult;
import org.treegrpo.job.settings.Secrets;

/** What happened, in one sentence for everybody, and the figures behind it. */
final class HeadlineSection {
  private HeadlineSection() {}

  static String html(RunData data) {
    Html out = new Html();
    out.format("<div class=\"kicker\">TreeGRPO training run · %s</div>", data.name());
    out.raw("<h1>").text(sentence(data)).raw("</h1>");
    explanation(data).ifPresent(text -> out.raw("<p>").text(text).raw("</p>"));
    data.gate().ifPresent(judgement -> gate(out, judgement));
    PriceSection.sentence(data).ifPresent(text -> out.raw("<p>").text(text).raw("</p>"));
    cards(out, data);
    data.result().ifPresent(result -> alert(out, result));
    return out.toString();
  }

  /** The page's title and headline. */
  static String sentence(RunData data) {
    Optional<EvaluationRecord> before = data.evaluationBefore();
    Optional<EvaluationRecord> after = data.evaluationAfter();
    List<String> rewards = data.heldOutRewards();
    if (before.isEmpty() || rewards.isEmpty()) {
      return "Training ran for %d rounds; nothing was evaluated on held-out prompts."
          .formatted(data.rounds().size());
    }
    String reward = rewards.stream().filter(data::isReader).findFirst().orElse(rewards.get(0));
    String asked =
        data.isReader(reward)
            ? "The model was asked to draw %s words it never trained on."
            : "The model was asked for pictures of %s prompts it never trained on.";
    String verb = data.isReader(reward) ? " %s were read correctly" : " they scored %s on average";
    StringBuilder text = new StringBuilder(asked.formatted(Figures.count(before.get().prompts())));
    text.append(" Before training,").append(verb.formatted(show(data, before.get(), reward)));
    after.ifPresentOrElse(
        value ->
            text.append("; after %d rounds, ".formatted(value.round()))
                .append(show(data, value, reward))
                .append('.'),
        () -> text.append("; no evaluation after training yet."));
    return text.toString();
  }

  private static void gate(Html out, Judgement judgement) {
    GateVerdict verdict = judgement.verdict();
    List<String> broken =
        verdict.rules().stream().filter(rule -> !rule.passed()).map(GateRule::name).toList();
    out.raw(
            verdict.passed()
                ? "<p><span class=\"right badge\">"
                : "<p><span class=\"wrong badge\">")
        .text(verdict.passed() ? "passed the gate" : "refused by the gate")
        .raw("</span> ")
        .text(
            verdict.passed()
                ? "All %d rules are held.".formatted(verdict.rules().size())
                : "Not held: " + String.join(", ", broken) + ".")
        .raw("</p>");
  }

  private static Optional<String> explanation(RunData data) {
    List<String> readers = data.heldOutRewards().stream().filter(data::isReader).toList();
    if (readers.isEmpty()) {
      return Optional.empty();
    }
    String first = readers.get(0);
    String text =
        "Every picture was shown to an automatic text recogniser, “%s”, %s."
            .formatted(
                first,
                data.isTrained(first)
                    ? "which was also the judge that training tried to please"
                    : "which had no say in training");
    Optional<String> second = readers.stream().skip(1).filter(r -> !data.isTrained(r)).findFirst();
    if (second.isPresent() && data.evaluationAfter().isPresent()) {
      text +=
          " A different recogniser that had no say in training, “%s”, read %s correctly before"
                  .formatted(
                      second.get(), show(data, data.evaluationBefore().orElseThrow(), second.get()))
              + " and %s after."
                  .formatted(show(data, data.evaluationAfter().orElseThrow(), second.get()));
    }
    return Optional.of(text);
  }

  private static String show(RunData data, EvaluationRecord evaluation, String reward) {
    double figure = data.figure(evaluation, reward);
    return data.isReader(reward) ? Figures.percent(figure) : Figures.number(figure);
  }

  private static void cards(Html out, RunData data) {
    out.raw("<div class=\"cards\">");
    if (data.evaluationBefore().isPresent() && data.evaluationAfter().isPresent()) {
      for (String reward : data.heldOutRewards()) {
        card(
            out,
            show(data, data.evaluationBefore().get(), reward)
                + " → "
                + show(data, data.evaluationAfter().get(), reward),
            (data.isReader(reward) ? "read correctly by " : "mean score of ")
                + reward
                + (data.isTrained(reward) ? " (trained on)" : " (not trained on)"));
      }
    }
    List<RoundMetrics> rounds = data.rounds();
    if (!rounds.isEmpty()) {
      double seconds = rounds.stream().mapToDouble(round -> round.seconds().total()).sum();
      long evaluations = rounds.stream().mapToLong(round -> round.nfe().total()).sum();
      long images = rounds.stream().mapToLong(RoundMetrics::leaves).sum();
      card(out, Figures.duration(seconds), "in " + rounds.size() + " rounds of training");
      card(out, Figures.count(images), "pictures drawn and judged while training");
      card(out, Figures.count(evaluations), "evaluations of the network");
    }
    out.raw("</div>");
  }

  private static void card(Html out, String figure, String label) {
    out.format("<div class=\"card\"><b>%s</b><span>%s</span></div>", figure, label);
  }

  private static void alert(Html out, RunResult result) {
    String error = result.error();
    if (error == null) {
      return;
    }
    out.format(
        "<section class=\"alert\"><h2>%s</h2><pre>%s</pre></section>",
        switch (result.status()) {
          case COMPLETED -> "The run finished with a remark";
          case REFUSED -> "The result was not promoted";
          case FAILED -> "The run stopped with an error";
          case STOPPED -> "The run was stopped before its end";
        },
        Secrets.ofThisProcess().mask(error));
  }
}
