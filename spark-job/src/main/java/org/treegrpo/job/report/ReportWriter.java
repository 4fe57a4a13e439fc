package org.treegrpo.job.report;

import java.io.IOException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.treegrpo.job.files.RunLayout;
import org.treegrpo.job.metrics.RunFiles;

/**
 * Writes {@code report.html}: one page without external references, made from what lies in the run
 * directory alone. Whatever a run has not written (yet) is left out, so it can be made at any time.
 */
public final class ReportWriter {
  private ReportWriter() {}

  /**
   * Writes the report of a run.
   *
   * @return the page
   * @throws IOException if a file of the run cannot be read or is damaged, or the page cannot be
   *     written
   */
  public static Path write(FileSystem fs, Path runDir) throws IOException {
    Path report = new RunLayout(runDir).report();
    RunFiles.write(fs, report, html(fs, runDir));
    return report;
  }

  private static String html(FileSystem fs, Path runDir) throws IOException {
    RunData data = RunData.read(fs, runDir);
    return Page.interactive(
        "TreeGRPO run " + data.name(),
        HeadlineSection.html(data)
            + GateSection.html(data)
            + SamplesSection.html(data)
            + CurvesSection.html(data)
            + GuardsSection.html(data)
            + PriceSection.html(data)
            + TreeSection.html(fs, runDir)
            + CostSection.html(data)
            + FactsSection.html(data));
  }
}
