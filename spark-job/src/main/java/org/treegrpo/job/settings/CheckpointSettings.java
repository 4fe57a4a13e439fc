package org.treegrpo.job.settings;

/**
 * When checkpoints are written, and how many are kept.
 *
 * @param every rounds; 0 = only after the last round
 * @param keep newest checkpoints that are kept
 */
public record CheckpointSettings(int every, int keep) {

  static CheckpointSettings read(SettingsReader reader) {
    return new CheckpointSettings(
        reader.integer("every", 0, Integer.MAX_VALUE),
        reader.integer("keep", 1, Integer.MAX_VALUE));
  }
}
