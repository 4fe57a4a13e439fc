package org.treegrpo.job.settings;

import java.util.regex.Pattern;

/**
 * A run's place in MLflow.
 *
 * @param trackingUri of the server; empty = off
 * @param experiment by its name
 * @param runName empty for the last names of the run directory
 */
public record MlflowSettings(String trackingUri, String experiment, String runName) {

  private static final Pattern ADDRESS = Pattern.compile("https?://[^\\s/@]+(/[^\\s@]*)?");

  /** Whether a run is to be followed there. */
  public boolean enabled() {
    return !trackingUri.isEmpty();
  }

  static MlflowSettings read(SettingsReader reader) {
    String trackingUri = reader.text("tracking-uri");
    String experiment = reader.text("experiment");
    if (!trackingUri.isEmpty() && !ADDRESS.matcher(trackingUri).matches()) {
      reader.problem(
          "tracking-uri",
          "must be http://<host>[:<port>] or https://<host>[:<port>]",
          "user and password come from MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD");
    }
    if (experiment.isBlank()) {
      reader.problem("experiment", "must not be blank", "such as treegrpo");
    }
    return new MlflowSettings(trackingUri, experiment, reader.text("run-name"));
  }
}
