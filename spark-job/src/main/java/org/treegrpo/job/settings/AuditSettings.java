package org.treegrpo.job.settings;

/**
 * Parquet tables of edges and leaves.
 *
 * @param every rounds; 0 = off
 */
public record AuditSettings(int every) {

  static AuditSettings read(SettingsReader reader) {
    return new AuditSettings(reader.integer("every", 0, Integer.MAX_VALUE));
  }
}
