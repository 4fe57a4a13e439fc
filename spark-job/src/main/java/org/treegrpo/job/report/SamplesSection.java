package org.treegrpo.job.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.treegrpo.job.images.ImageGrid;
import org.treegrpo.job.images.SampleSheet;

/** The same prompts and the same noise, drawn before and after. */
final class SamplesSection {
  private static final int SHOWN = 24;

  /** Widths of the pictures, in pixels: the first that lets all pairs fit is taken. */
  private static final List<Integer> WIDTHS = List.of(320, 160, 96);

  /** Characters of the pairs that are shown at once, and of the others. */
  private static final int SHOWN_WEIGHT = 5_000_000;

  private static final int MORE_WEIGHT = 3_500_000;

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
    out.raw("<section class=\"samples\"><h2>Before and after</h2>");
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
    out.raw("<div class=\"controls\" hidden><label for=\"wipe\">Left of the line before, right of")
        .raw(" it after:</label><input type=\"range\" id=\"wipe\" min=\"0\" max=\"100\"")
        .raw(" value=\"50\"><label><input type=\"checkbox\"> side by side</label></div>");
    grid(out, before, after, pairs.subList(0, Math.min(SHOWN, pairs.size())), SHOWN_WEIGHT);
    if (pairs.size() > SHOWN) {
      out.format("<details><summary>%s more pairs</summary>", pairs.size() - SHOWN);
      grid(out, before, after, pairs.subList(SHOWN, pairs.size()), MORE_WEIGHT);
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

  /** As many of the pairs as {@code weight} characters hold, the smaller the more there are. */
  private static void grid(
      Html out, ImageGrid before, ImageGrid after, List<Pair> pairs, int weight) {
    List<String> shown = List.of();
    for (int width : WIDTHS) {
      shown = shown(before, after, pairs, width, weight);
      if (shown.size() == pairs.size()) {
        break;
      }
    }
    out.raw("<div class=\"pairs\">");
    shown.forEach(out::raw);
    out.raw("</div>");
    if (shown.size() < pairs.size()) {
      out.format(
          "<p class=\"soft\">%s pairs are left out, as the page would be too large; samples/ of the"
              + " run has them.</p>",
          pairs.size() - shown.size());
    }
  }

  private static List<String> shown(
      ImageGrid before, ImageGrid after, List<Pair> pairs, int width, int weight) {
    List<String> shown = new ArrayList<>();
    int characters = 0;
    for (Pair pair : pairs) {
      String markup = pair(before, after, pair, width);
      characters += markup.length();
      if (characters > weight) {
        break;
      }
      shown.add(markup);
    }
    return shown;
  }

  private static String pair(ImageGrid before, ImageGrid after, Pair pair, int width) {
    Html out = new Html();
    String text = after.sheet().cells().get(pair.after).text();
    out.format("<div class=\"pair\"><h3>%s</h3>", Html.start(text))
        .rest(text)
        .raw("<div class=\"two\">");
    figure(out, before, pair.before, "before", width);
    figure(out, after, pair.after, "after", width);
    return out.raw("</div></div>").toString();
  }

  private static void figure(Html out, ImageGrid grid, int index, String when, int width) {
    SampleSheet.Cell cell = grid.sheet().cells().get(index);
    out.raw("<figure>")
        .raw(Thumbnail.img(grid.crop(index), width, Html.start(cell.text()) + ", " + when))
        .format("<figcaption><i>%s</i>", when);
    if (cell.read().isEmpty()) {
      cell.scores()
          .forEach(
              (reward, score) ->
                  out.format(
                      "<div class=\"read plain\">%s %s</div>", reward, Reading.score(score)));
    }
    out.raw(Reading.html(cell)).raw("</figcaption></figure>");
  }
}
