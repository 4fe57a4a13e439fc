package org.treegrpo.job.report;

import org.treegrpo.job.gate.GateRule;
import org.treegrpo.job.gate.GateVerdict;
import org.treegrpo.job.gate.Judgement;

/** What the gate said of a run's result, rule by rule. */
final class GateSection {
  private GateSection() {}

  static String html(RunData data) {
    return data.gate().map(GateSection::html).orElse("");
  }

  private static String html(Judgement judgement) {
    Html out = new Html();
    String incumbent = judgement.incumbent();
    out.format(
        "<section><h2>The gate: %s</h2><p>%s, the %s and the base have drawn the same %s held-out"
            + " prompts from the same noise.%s</p>",
        judgement.verdict().passed() ? "passed" : "refused",
        judgement.version(),
        incumbent == null ? "base" : "version in force " + incumbent,
        judgement.prompts().size(),
        judgement.vault().isEmpty()
            ? ""
            : " Then also the %d of the vault.".formatted(judgement.vault().size()));
    return out.raw(table(judgement.verdict())).raw("</section>").toString();
  }

  /** A row a rule; those that are not held first. */
  static String table(GateVerdict verdict) {
    Html out = new Html();
    out.scroll("rules of the gate")
        .raw("<table class=\"gate\"><thead><tr><th>rule</th>")
        .raw("<th>held</th><th>measured</th></tr></thead><tbody>");
    verdict.rules().stream().filter(rule -> !rule.passed()).forEach(rule -> row(out, rule));
    verdict.rules().stream().filter(GateRule::passed).forEach(rule -> row(out, rule));
    return out.raw("</tbody></table></div>").toString();
  }

  private static void row(Html out, GateRule rule) {
    out.format("<tr><td>%s</td><td>", rule.name())
        .raw(rule.passed() ? "<span class=\"right\">✓ held" : "<span class=\"wrong\">✗ not held")
        .format("</span></td><td>%s</td></tr>", rule.text());
  }
}
