package org.treegrpo.job.report;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.treegrpo.job.images.ImageGrid;
import org.treegrpo.job.images.SampleSheet;

/** The same prompts and noise, drawn by the base and by each variant. */
final class ComparisonPictures {

  private static final int WORDS = 12;
  private static final int MAX_WIDTH = 160;

  private final ComparisonScores scores;
  private final Html out = new Html();

  private ComparisonPictures(ComparisonScores scores) {
    this.scores = scores;
  }

  static String html(ComparisonScores scores) throws IOException {
    ComparisonPictures section = new ComparisonPictures(scores);
    section.pictures();
    return section.out.toString();
  }

  /** The same prompts and noise, drawn by the base and by the first seed of each variant. */
  private void pictures() throws IOException {
    Map<String, ImageGrid> grids = new LinkedHashMap<>();
    for (String variant : scores.data().index().variants()) {
      RunData run = scores.data().of(variant).get(0).run();
      if (grids.isEmpty() && run.before().isPresent()) {
        grids.put("the base", run.before().get());
      }
      run.after().ifPresent(grid -> grids.put(variant, grid));
    }
    if (grids.size() < 2) {
      return;
    }
    out.format(
            "<section><h2>The same words, side by side</h2><p>Held-out prompts in file order, not"
                + " selected, the first picture of each from the same noise; seed %s.</p>",
            scores.data().index().seeds().get(0))
        .scroll("pictures, side by side")
        .raw("<table class=\"tight\"><tr><th></th>");
    grids.keySet().forEach(name -> out.format("<th>%s</th>", name));
    out.raw("</tr>");
    List<SampleSheet.Cell> cells = grids.values().iterator().next().sheet().cells();
    int shown = 0;
    for (int i = 0; i < cells.size() && shown < WORDS; i++) {
      if (cells.get(i).sample() == 0) {
        pictureRow(grids, cells.get(i));
        shown++;
      }
    }
    out.raw("</table></div></section>");
  }

  private void pictureRow(Map<String, ImageGrid> grids, SampleSheet.Cell wanted) {
    out.format("<tr><th class=\"prompt\"><bdi>%s</bdi>", Html.start(wanted.text()))
        .rest(wanted.text())
        .raw("</th>");
    for (Map.Entry<String, ImageGrid> grid : grids.entrySet()) {
      out.raw("<td>");
      List<SampleSheet.Cell> cells = grid.getValue().sheet().cells();
      for (int i = 0; i < cells.size(); i++) {
        SampleSheet.Cell cell = cells.get(i);
        if (cell.sample() == wanted.sample() && cell.promptId().equals(wanted.promptId())) {
          String alt = Html.start(cell.text()) + ", " + grid.getKey();
          out.raw(Thumbnail.img(grid.getValue().crop(i), MAX_WIDTH, alt)).raw(Reading.html(cell));
        }
      }
      out.raw("</td>");
    }
    out.raw("</tr>");
  }
}
