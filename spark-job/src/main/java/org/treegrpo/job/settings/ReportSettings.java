package org.treegrpo.job.settings;

/**
 * What the report shows.
 *
 * @param prompts rows of the before/after grid of images; 0 = no grid
 */
public record ReportSettings(int prompts) {

  static ReportSettings read(SettingsReader reader) {
    return new ReportSettings(reader.integer("prompts", 0, 1024));
  }
}
