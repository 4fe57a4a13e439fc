package org.treegrpo.job.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.treegrpo.core.base.Printable;
import org.treegrpo.job.gate.Judgement;

/** How often each held-out prompt has decided over a version: what decides often is learned. */
final class PromptUses {
  private static final int SHOWN = 20;

  private PromptUses() {}

  static String html(List<NightRow> rows) {
    List<Judgement> judgements = rows.stream().flatMap(row -> row.judgement().stream()).toList();
    if (judgements.isEmpty()) {
      return "";
    }
    Map<String, Integer> uses = new TreeMap<>();
    judgements.forEach(one -> one.prompts().forEach(id -> uses.merge(id, 1, Integer::sum)));
    long opened = judgements.stream().filter(one -> !one.vault().isEmpty()).count();
    List<Map.Entry<String, Integer>> most = new ArrayList<>(uses.entrySet());
    most.sort(
        Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
            .thenComparing(Map.Entry.comparingByKey()));
    Html out = new Html();
    out.format(
        "<section><h2>How often the held-out prompts were used</h2><p>%s verdicts have used %s prompts, the most used one %s times; the vault was opened %s times. "
            + "What has decided many nights is no longer quite held out: give the file new prompts.</p>",
        judgements.size(), uses.size(), most.isEmpty() ? 0 : most.get(0).getValue(), opened);
    out.format(
        "<details><summary>The most used</summary><table><thead><tr><th>prompt</th><th>verdicts</th></tr></thead><tbody>");
    most.stream()
        .limit(SHOWN)
        .forEach(
            use ->
                out.format(
                    "<tr><td>%s</td><td>%s</td></tr>",
                    Printable.excerpt(use.getKey()), use.getValue()));
    return out.raw("</tbody></table></details></section>").toString();
  }
}
