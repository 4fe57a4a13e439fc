package org.treegrpo.job.settings;

/**
 * LoRA files for diffusers, written while a run trains.
 *
 * @param every rounds; 0 = off
 */
public record ExportSettings(int every) {

  static ExportSettings read(SettingsReader reader) {
    return new ExportSettings(reader.integer("every", 0, Integer.MAX_VALUE));
  }
}
