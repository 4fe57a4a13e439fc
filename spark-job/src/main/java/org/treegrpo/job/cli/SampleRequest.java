package org.treegrpo.job.cli;

import java.nio.file.Path;
import org.treegrpo.job.settings.TrainSettings;

/**
 * One image to draw.
 *
 * @param prompt its text
 * @param out PNG file to be written
 */
public record SampleRequest(TrainSettings settings, PolicyChoice policy, String prompt, Path out) {}
