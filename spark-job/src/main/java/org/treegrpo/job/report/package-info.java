/** What a run tells people: the page they open afterwards and the lines they watch meanwhile. */
package org.treegrpo.job.report;
