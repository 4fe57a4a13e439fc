package org.treegrpo.job.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.treegrpo.core.prompt.TargetText;
import org.treegrpo.job.images.ImageGrid;
import org.treegrpo.job.images.SampleSheet;

/** The same prompts and the same noise, drawn before and after. */
final class SamplesSection {
  private static final int SHOWN = 24;
  private static final int MAX_WIDTH = 320;

  private record Pair(int before, int after) {}

  private SamplesSection() {}

  static String html(RunData data) {
    if (data.before().isEmpty()) {
      return "";
    }
    ImageGrid before = data.before().get();
    if (data.after().isEmpty()) {
      return "";
    }
    ImageGrid after = data.after().get();
    List<Pair> pairs = pairs(before.sheet(), after.sheet());
    Html out = new Html();
    out.raw("<section><h2>Before and after</h2>");
    out.format(
        "<p>Held-out prompts in file order, not selected. Both pictures of a pair start from the"
            + " same noise; what differs are the weights, after %s and after %s rounds.",
        before.sheet().round(), after.sheet().round());
    Set<String> readers = new LinkedHashSet<>();
    after.sheet().cells().forEach(cell -> readers.addAll(cell.read().keySet()));
    if (!readers.isEmpty()) {
      out.format(
          " Below each picture: what was read in it by %s, green where that is right.",
          String.join(", then by ", readers));
    }
    out.raw("</p>");
    grid(out, before, after, pairs.subList(0, Math.min(SHOWN, pairs.size())));
    if (pairs.size() > SHOWN) {
      out.format("<details><summary>%s more pairs</summary>", pairs.size() - SHOWN);
      grid(out, before, after, pairs.subList(SHOWN, pairs.size()));
      out.raw("</details>");
    }
    return out.raw("</section>").toString();
  }

  private static List<Pair> pairs(SampleSheet before, SampleSheet after) {
    Map<String, Integer> earlier = new HashMap<>();
    for (int i = 0; i < before.cells().size(); i++) {
      earlier.put(key(before.cells().get(i)), i);
    }
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < after.cells().size(); i++) {
      Integer match = earlier.get(key(after.cells().get(i)));
      if (match != null) {
        pairs.add(new Pair(match, i));
      }
    }
    return pairs;
  }

  private static String key(SampleSheet.Cell cell) {
    return cell.sample() + "/" + cell.promptId();
  }

  private static void grid(Html out, ImageGrid before, ImageGrid after, List<Pair> pairs) {
    out.raw("<div class=\"pairs\">");
    for (Pair pair : pairs) {
      out.format(
          "<div class=\"pair\"><h3>%s</h3><div class=\"two\">",
          after.sheet().cells().get(pair.after).text());
      figure(out, before, pair.before, "before");
      figure(out, after, pair.after, "after");
      out.raw("</div></div>");
    }
    out.raw("</div>");
  }

  private static void figure(Html out, ImageGrid grid, int index, String when) {
    SampleSheet.Cell cell = grid.sheet().cells().get(index);
    out.raw("<figure>")
        .raw(Thumbnail.img(grid.crop(index), MAX_WIDTH, cell.text() + ", " + when))
        .format("<figcaption><i>%s</i>", when);
    if (cell.read().isEmpty()) {
      cell.scores()
          .forEach(
              (reward, score) ->
                  out.format("<span class=\"read plain\">%s %s</span>", reward, score(score)));
    }
    cell.read()
        .forEach(
            (reader, text) -> {
              boolean right = TargetText.isExactly(cell.text(), text);
              out.raw(right ? "<span class=\"read right\"" : "<span class=\"read wrong\"")
                  .format(
                      " title=\"read by %s, score %s\">%s <bdi>%s</bdi></span>",
                      reader,
                      score(cell.scores().get(reader)),
                      right ? "✓" : "✗",
                      text.isBlank() ? "nothing" : text);
            });
    out.raw("</figcaption></figure>");
  }

  private static String score(@Nullable Double score) {
    return Figures.number(score == null ? Double.NaN : score);
  }
}
