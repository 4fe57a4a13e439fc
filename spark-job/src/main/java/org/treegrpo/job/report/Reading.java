package org.treegrpo.job.report;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.treegrpo.core.prompt.TargetText;
import org.treegrpo.job.images.SampleSheet;

/** What recognisers read in a picture, green where that is what was asked for. */
final class Reading {

  private Reading() {}

  static String html(SampleSheet.Cell cell) {
    Html out = new Html();
    for (Map.Entry<String, String> read : cell.read().entrySet()) {
      String text = read.getValue();
      boolean right = TargetText.isExactly(cell.text(), text);
      out.raw(right ? "<div class=\"read right\"" : "<div class=\"read wrong\"")
          .format(
              " title=\"read by %s, score %s\">%s <bdi>%s</bdi>",
              read.getKey(),
              score(cell.scores().get(read.getKey())),
              right ? "✓" : "✗",
              text.isBlank() ? "nothing" : Html.start(text))
          .rest(text)
          .raw("</div>");
    }
    return out.toString();
  }

  static String score(@Nullable Double score) {
    return Figures.number(score == null ? Double.NaN : score);
  }
}
