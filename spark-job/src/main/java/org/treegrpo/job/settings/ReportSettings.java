package org.treegrpo.job.settings;

/**
 * What is shown to people, and where.
 *
 * @param prompts rows of the before/after grid of images; 0 = no grid
 */
public record ReportSettings(int prompts, MlflowSettings mlflow) {

  static ReportSettings read(SettingsReader reader) {
    return new ReportSettings(
        reader.integer("prompts", 0, 1024), MlflowSettings.read(reader.section("mlflow")));
  }
}
