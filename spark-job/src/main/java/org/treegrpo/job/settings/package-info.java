/** The settings of a run: read, checked as a whole, and written out again. */
package org.treegrpo.job.settings;
