<#
.SYNOPSIS
Installs mdskill, the package manager for Agent Skills, on Windows.

.DESCRIPTION
Downloads a release for this machine, verifies its SHA-256, and installs mdskill.exe. install.sh does the same on
Linux and macOS. It needs PowerShell 5.1 or newer. Nothing runs before the last lines, so an incomplete download of
this file does nothing.

    irm https://github.com/mdskill/mdskill/releases/latest/download/install.ps1 | iex

.PARAMETER Version
The release to install, such as 1.2.3. The default is the newest.

.PARAMETER Dir
The folder to install into. The default is MDSKILL_INSTALL_DIR, or %LOCALAPPDATA%\mdskill\bin.

.PARAMETER AddToPath
Adds the folder to the PATH of this user.
#>
param(
    [string]$Version = '',
    [string]$Dir = '',
    [switch]$AddToPath
)

function Install-Mdskill([string]$Version, [string]$Dir, [bool]$AddToPath) {
    $ErrorActionPreference = 'Stop'
    # The progress bar of PowerShell 5.1 makes downloads many times slower.
    $ProgressPreference = 'SilentlyContinue'
    $repository = 'mdskill/mdskill'

    if ($env:OS -ne 'Windows_NT') {
        throw 'This script is for Windows. On Linux and macOS, use install.sh.'
    }
    $base = if ($env:MDSKILL_RELEASES_URL) { $env:MDSKILL_RELEASES_URL } else { "https://github.com/$repository/releases" }
    if (-not $Dir) { $Dir = $env:MDSKILL_INSTALL_DIR }
    if (-not $Dir) { $Dir = Join-Path $env:LOCALAPPDATA 'mdskill\bin' }
    $Dir = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Dir)
    $Version = $Version -replace '^v', ''
    if ($Version -and $Version -notmatch '^\d+\.\d+\.\d+[0-9A-Za-z.-]*$') {
        throw "`"$Version`" is not a version: it should look like 1.2.3."
    }

    # A 32-bit PowerShell has the architecture of the system in the first variable.
    $machine = if ($env:PROCESSOR_ARCHITEW6432) { $env:PROCESSOR_ARCHITEW6432 } else { $env:PROCESSOR_ARCHITECTURE }
    $target = switch ($machine) {
        'AMD64' { 'x86_64-pc-windows-msvc' }
        'ARM64' { 'aarch64-pc-windows-msvc' }
        default { throw "There is no release of mdskill for Windows on $machine. Build it with: cargo install --locked mdskill" }
    }
    $archive = "mdskill-$target.zip"
    $url = if ($Version) { "$base/download/v$Version/$archive" } else { "$base/latest/download/$archive" }

    $temporary = Join-Path ([IO.Path]::GetTempPath()) "mdskill-$([guid]::NewGuid())"
    New-Item -ItemType Directory -Path $temporary | Out-Null
    try {
        $zip = Join-Path $temporary $archive
        Write-Host "Downloading $url"
        Save-Url $url $zip
        Save-Url "$url.sha256" "$zip.sha256"

        # The first word of the file is the checksum, in the format of sha256sum.
        $wanted = ((Get-Content -Raw "$zip.sha256") -split '\s+')[0]
        if ($wanted -notmatch '^[0-9a-fA-F]{64}$') {
            throw "$url.sha256 does not hold a SHA-256 checksum, so the download can't be verified and was not installed."
        }
        $got = (Get-FileHash -Algorithm SHA256 -LiteralPath $zip).Hash
        if ($got -ne $wanted) {
            throw "The checksum of $url is wrong: $wanted was promised, the download has $got. It was not installed. Try again; if it stays wrong, please report it at https://github.com/$repository/issues."
        }

        $new = Join-Path $temporary 'mdskill.exe'
        Expand-Program $zip $new
        $installed = & $new --version
        if ($LASTEXITCODE -ne 0) { throw 'The program does not run on this machine. Nothing was changed.' }
        Move-Program $new $Dir
    }
    finally {
        Remove-Item -Recurse -Force -LiteralPath $temporary
    }
    Write-Host "Installed ${installed}: $(Join-Path $Dir 'mdskill.exe')"
    if ($AddToPath) { Add-UserPath $Dir }
    if (($env:PATH -split ';') -notcontains $Dir) {
        Write-Host "$Dir is not on PATH. To add it for new windows, run this script with -AddToPath; for this window:"
        Write-Host "  `$env:PATH = `"$Dir;`$env:PATH`""
    }
}

function Save-Url([string]$url, [string]$file) {
    # PowerShell 5.1 does not offer TLS 1.2 everywhere by itself.
    [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
    try {
        Invoke-WebRequest -UseBasicParsing -Uri $url -OutFile $file
    }
    catch {
        throw "Could not download ${url}: $($_.Exception.Message)"
    }
}

# Extracts only the program, because the archive is not trusted.
function Expand-Program([string]$zip, [string]$file) {
    Add-Type -AssemblyName System.IO.Compression.FileSystem
    $reader = [IO.Compression.ZipFile]::OpenRead($zip)
    try {
        $entry = $reader.GetEntry('mdskill.exe')
        if ($null -eq $entry) { throw 'The archive does not hold the program.' }
        [IO.Compression.ZipFileExtensions]::ExtractToFile($entry, $file)
    }
    finally {
        $reader.Dispose()
    }
}

# Windows can't overwrite a program that is running, but it can rename it.
function Move-Program([string]$new, [string]$dir) {
    New-Item -ItemType Directory -Force -Path $dir | Out-Null
    $program = Join-Path $dir 'mdskill.exe'
    $old = Join-Path $dir 'mdskill.exe.old'
    if (Test-Path -LiteralPath $old) { Remove-Item -Force -LiteralPath $old -ErrorAction SilentlyContinue }
    if (Test-Path -LiteralPath $program) { Move-Item -Force -LiteralPath $program -Destination $old }
    try {
        Move-Item -LiteralPath $new -Destination $program
    }
    catch {
        if (Test-Path -LiteralPath $old) { Move-Item -LiteralPath $old -Destination $program }
        throw
    }
    # Left until the next installation if it is running.
    if (Test-Path -LiteralPath $old) { Remove-Item -Force -LiteralPath $old -ErrorAction SilentlyContinue }
}

function Add-UserPath([string]$dir) {
    $key = [Microsoft.Win32.Registry]::CurrentUser.OpenSubKey('Environment', $true)
    try {
        # Variables in PATH, such as %USERPROFILE%, must stay as they are.
        $path = $key.GetValue('Path', '', [Microsoft.Win32.RegistryValueOptions]::DoNotExpandEnvironmentNames)
        if (($path -split ';') -notcontains $dir) {
            $key.SetValue('Path', "$dir;$path".TrimEnd(';'), [Microsoft.Win32.RegistryValueKind]::ExpandString)
            # Programs that are running learn of a change only from this call, which changes nothing.
            [Environment]::SetEnvironmentVariable('MDSKILL_INSTALL', $null, 'User')
            Write-Host "Added $dir to PATH for new windows."
        }
    }
    finally {
        $key.Dispose()
    }
}

try {
    Install-Mdskill $Version $Dir $AddToPath
}
catch {
    [Console]::Error.WriteLine("error: $($_.Exception.Message)")
    # `exit` would close the window in which a user has run `irm … | iex`.
    if ($PSCommandPath) { exit 1 }
    $global:LASTEXITCODE = 1
}
