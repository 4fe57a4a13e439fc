package org.treegrpo.job.report;

import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.treegrpo.job.files.RunLayout;
import org.treegrpo.job.metrics.RunFiles;

/**
 * Writes {@code report.html} and {@code compare.csv} of a comparison from what lies in its
 * directory: who reached what, at which price.
 */
public final class ComparisonReport {

  private ComparisonReport() {}

  /**
   * Writes both files; nothing where there is no comparison.
   *
   * @return the page
   * @throws IOException if a file cannot be read or is damaged, or one cannot be written
   */
  public static Optional<Path> write(FileSystem fs, Path directory) throws IOException {
    Optional<ComparisonData> data = ComparisonData.read(fs, directory);
    if (data.isEmpty()) {
      return Optional.empty();
    }
    RunLayout layout = new RunLayout(directory);
    RunFiles.write(fs, layout.table(), ComparisonTable.csv(data.get()));
    RunFiles.write(
        fs, layout.report(), page(directory.getName(), new ComparisonScores(data.get())));
    return Optional.of(layout.report());
  }

  private static String page(String name, ComparisonScores scores) throws IOException {
    String body =
        new Html()
            .format("<div class=\"kicker\">TreeGRPO comparison · %s</div>", name)
            .raw(ComparisonResults.html(scores))
            .raw(ComparisonCurves.html(scores))
            .raw(ComparisonDifferences.html(scores))
            .raw(ComparisonPrice.html(scores))
            .raw(ComparisonPictures.html(scores))
            .raw(ComparisonCost.html(scores))
            .toString();
    return Page.of("TreeGRPO comparison " + name, body);
  }
}
