package org.treegrpo.job.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.settings.Secrets;

/** What is needed to repeat the run: seed, versions, checksums and the configuration. */
final class FactsSection {
  private FactsSection() {}

  static String html(RunData data) {
    Map<String, String> facts = new LinkedHashMap<>();
    data.result()
        .ifPresent(
            result -> {
              facts.put("status", result.status().name().toLowerCase(Locale.ROOT));
              putIfPresent(facts, "ended_by", result.endedBy());
              putIfPresent(facts, "checkpoint", result.checkpoint());
              putIfPresent(facts, "weights_sha256", result.weightsSha256());
            });
    if (!facts.containsKey("weights_sha256") && !data.rounds().isEmpty()) {
      RoundMetrics last = data.rounds().get(data.rounds().size() - 1);
      putIfPresent(facts, "weights_sha256", last.weightsSha256());
    }
    flatten(facts, "", data.run());
    Html out = new Html();
    out.raw("<section><h2>Facts to repeat this run</h2>").scroll("facts").raw("<table>");
    facts.forEach(
        (name, value) -> {
          String shown = Secrets.ofThisProcess().mask(name, value);
          out.format("<tr><th>%s</th><td>%s", Html.start(name), Html.start(shown))
              .rest(shown)
              .raw("</td></tr>");
        });
    out.raw("</table></div>");
    if (!data.config().isBlank()) {
      out.raw("<details><summary>The whole configuration</summary><pre>")
          .text(Secrets.ofThisProcess().mask(data.config()))
          .raw("</pre></details>");
    }
    return out.raw("</section>").toString();
  }

  private static void putIfPresent(Map<String, String> facts, String name, @Nullable String value) {
    if (value != null) {
      facts.put(name, value);
    }
  }

  private static void flatten(Map<String, String> facts, String name, JsonNode node) {
    if (node.isObject()) {
      node.properties()
          .forEach(
              field ->
                  flatten(
                      facts,
                      name.isEmpty() ? field.getKey() : name + "." + field.getKey(),
                      field.getValue()));
    } else if (node.isArray()) {
      facts.put(name, node.toString());
    } else if (node.isValueNode() && !node.isNull()) {
      facts.put(name, node.asText());
    }
  }
}
