package org.treegrpo.job.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
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
    RunFiles.write(fs, report, html(RunData.read(fs, runDir)));
    return report;
  }

  private static String html(RunData data) throws IOException {
    return new Html()
        .raw("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
        .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
        .format("<title>TreeGRPO run %s</title>", data.name())
        .raw("<style>" + styles() + "</style></head><body><main>\n")
        .raw(HeadlineSection.html(data))
        .raw(SamplesSection.html(data))
        .raw(CurvesSection.html(data))
        .raw(PriceSection.html(data))
        .raw(TreeSection.html(data))
        .raw(CostSection.html(data))
        .raw(FactsSection.html(data))
        .raw("\n</main></body></html>\n")
        .toString();
  }

  private static String styles() {
    try (InputStream in = ReportWriter.class.getResourceAsStream("report.css")) {
      if (in == null) {
        throw new IllegalStateException("report.css is missing from the jar; build it again");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("report.css cannot be read from the jar", e);
    }
  }
}
