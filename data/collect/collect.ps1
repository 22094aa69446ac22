# Collects what the console asks of a Windows server, for a stick. In PowerShell 3 to 5, no administrator needed:
#
#   powershell -NoProfile -ExecutionPolicy Bypass -File collect-HOST.ps1 [-Folder E:\]
#
# The questions lie beside it (collect-HOST.questions.json). It reads and changes nothing but Folder (default: the
# folder of this script), where it leaves one file and its checksum. Nothing it asks depends on the language of Windows:
# objects, numbers and service names, never the text of a program. This file is plain ASCII for PowerShell's sake.
param(
    [string]$Folder = '',
    [string]$Questions = ''
)
Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$Invariant = [System.Globalization.CultureInfo]::InvariantCulture
$Utf8 = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false
$Epoch = New-Object -TypeName System.DateTime -ArgumentList 1970, 1, 1, 0, 0, 0, ([System.DateTimeKind]::Utc)
$TimeGood = @(35, 37)
$TimeBad = @(24, 29, 36, 38, 46, 47, 50, 129, 130, 131, 134)

# Seconds since 1970; nothing for no time.
function ConvertTo-Posix($Moment) {
    if ($null -eq $Moment) { return $null }
    return [math]::Round(($Moment.ToUniversalTime() - $Epoch).TotalSeconds, 3)
}

# Objects of a WMI class, within the question's own limit.
function Get-Facts([string]$Class, [string]$Filter = '') {
    $wanted = @{ ClassName = $Class; OperationTimeoutSec = $script:Limit }
    if ($Filter) { $wanted['Filter'] = $Filter }
    return Get-CimInstance @wanted
}

function Get-SystemAnswer {
    $os = Get-Facts 'Win32_OperatingSystem'
    $computer = Get-Facts 'Win32_ComputerSystem'
    $busy = $null
    try {
        $total = Get-Facts 'Win32_PerfFormattedData_PerfOS_Processor' "Name='_Total'"
        $busy = [double]$total.PercentProcessorTime
    } catch { $busy = $null }
    $pages = 0
    $used = 0
    foreach ($file in @(Get-Facts 'Win32_PageFileUsage')) {
        if ($null -eq $file) { continue }
        $pages += [long]$file.AllocatedBaseSize * 1048576
        $used += [long]$file.CurrentUsage * 1048576
    }
    $identity = [System.Security.Principal.WindowsIdentity]::GetCurrent()
    $principal = New-Object -TypeName System.Security.Principal.WindowsPrincipal -ArgumentList $identity
    return @{
        now = ConvertTo-Posix ([System.DateTime]::UtcNow)
        kernel = 'Windows ' + [string]$os.Version
        host = [string]$computer.Name
        user = [string]$identity.Name
        admin = [bool]$principal.IsInRole([System.Security.Principal.WindowsBuiltInRole]::Administrator)
        release = [string]$os.Caption
        uptime = [math]::Round(($os.LocalDateTime - $os.LastBootUpTime).TotalSeconds, 1)
        cpus = [int]$computer.NumberOfLogicalProcessors
        cpu_percent = $busy
        memory = @{
            total = [long]$os.TotalVisibleMemorySize * 1024
            available = [long]$os.FreePhysicalMemory * 1024
            swap_total = $pages
            swap_free = $pages - $used
        }
    }
}

function Get-ServicesAnswer([string[]]$Names) {
    $rows = @()
    foreach ($name in $Names) {
        $word = $name.Replace('\', '\\').Replace("'", "\'")
        $service = Get-Facts 'Win32_Service' "Name='$word'"
        if ($null -eq $service) {
            $rows += @{ name = $name; found = $false }
            continue
        }
        $started = $null
        if ([int]$service.ProcessId -gt 0) {
            $process = Get-Facts 'Win32_Process' ('ProcessId=' + [string][int]$service.ProcessId)
            if ($null -ne $process) { $started = ConvertTo-Posix $process.CreationDate }
        }
        $rows += @{
            name = $name
            found = $true
            state = [string]$service.State
            start = [string]$service.StartMode
            exit_code = [long]$service.ExitCode
            started = $started
        }
    }
    return @{ now = ConvertTo-Posix ([System.DateTime]::UtcNow); services = @($rows) }
}

function Get-ProcessesAnswer {
    $counts = @{}
    foreach ($process in @(Get-Facts 'Win32_Process')) {
        $name = [string]$process.Name
        if (-not $name) { continue }
        if ($counts.ContainsKey($name)) { $counts[$name] += 1 } else { $counts[$name] = 1 }
    }
    return @{ processes = $counts }
}

function Get-PortsAnswer {
    $rows = @()
    $properties = [System.Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties()
    foreach ($place in $properties.GetActiveTcpListeners()) {
        $rows += @{ address = [string]$place.Address; port = [int]$place.Port }
    }
    return @{ listen = @($rows) }
}

function Get-TimeSyncAnswer {
    $service = Get-Facts 'Win32_Service' "Name='W32Time'"
    $settings = Get-ItemProperty -Path 'HKLM:\SYSTEM\CurrentControlSet\Services\W32Time\Parameters'
    $server = ''
    if ($settings.PSObject.Properties['NtpServer']) { $server = [string]$settings.NtpServer }
    $good = $null
    $bad = $null
    $wanted = @{ LogName = 'System'; ProviderName = 'Microsoft-Windows-Time-Service' }
    foreach ($entry in @(Get-WinEvent -FilterHashtable $wanted -MaxEvents 100 -ErrorAction SilentlyContinue)) {
        if ($null -eq $entry) { continue }
        if (($null -eq $good) -and ($TimeGood -contains $entry.Id)) { $good = ConvertTo-Posix $entry.TimeCreated }
        if (($null -eq $bad) -and ($TimeBad -contains $entry.Id)) { $bad = ConvertTo-Posix $entry.TimeCreated }
    }
    return @{
        running = [bool](($null -ne $service) -and ($service.State -eq 'Running'))
        type = [string]$settings.Type
        server = $server
        good = $good
        bad = $bad
    }
}

# Volumes with a size, mounted in a folder or under a letter. Bytes.
function Get-DiskAnswer {
    $rows = @()
    try { $volumes = @(Get-Facts 'Win32_Volume') } catch { $volumes = @(Get-Facts 'Win32_LogicalDisk') }
    foreach ($volume in $volumes) {
        if ($null -eq $volume) { continue }
        $size = $null
        if ($volume.PSObject.Properties['Capacity']) { $size = $volume.Capacity } else { $size = $volume.Size }
        if ($null -eq $size) { continue }
        $rows += @{
            mount = [string]$volume.Name
            drive_type = [int]$volume.DriveType
            filesystem = [string]$volume.FileSystem
            size = [long]$size
            free = [long]$volume.FreeSpace
        }
    }
    return @{ now = ConvertTo-Posix ([System.DateTime]::UtcNow); volumes = @($rows) }
}

# Files of a pattern: how many, how old, how large; names of the newest and of the oldest only.
function Get-Files([string]$Pattern) {
    $found = @{ pattern = $Pattern; trouble = ''; count = 0; bytes = 0; part = $false; files = @() }
    $folder = [System.IO.Path]::GetDirectoryName($Pattern)
    $leaf = [System.IO.Path]::GetFileName($Pattern)
    $rows = New-Object -TypeName System.Collections.ArrayList
    try {
        $folders = @($folder)
        if ($folder -match '[*?]') {
            $found_here = @(Get-Item -Path $folder -Force)
            $folders = @($found_here | ForEach-Object { if ($_.PSIsContainer) { $_.FullName } })
        }
        foreach ($place in $folders) {
            foreach ($path in [System.IO.Directory]::EnumerateFiles($place, $leaf)) {
                if ($script:Clock.Elapsed.TotalSeconds -ge $script:Limit) { $found['part'] = $true; break }
                $file = New-Object -TypeName System.IO.FileInfo -ArgumentList $path
                $found['count'] += 1
                $found['bytes'] += $file.Length
                $written = ConvertTo-Posix $file.LastWriteTimeUtc
                $null = $rows.Add(@{ path = $path; size = $file.Length; mtime = $written })
            }
        }
    } catch {
        $mistake = $_.Exception
        if ($null -ne $mistake.InnerException) { $mistake = $mistake.InnerException }
        $found['trouble'] = $mistake.GetType().FullName
    }
    $sorted = @($rows | Sort-Object -Property { $_['mtime'] } -Descending)
    if ($sorted.Count -gt 200) { $sorted = @($sorted[0..99]) + @($sorted[-100..-1]) }
    $found['files'] = @($sorted)
    return $found
}

function Get-FilesAnswer([string[]]$Patterns) {
    $rows = @()
    foreach ($pattern in $Patterns) { $rows += Get-Files $pattern }
    return @{ now = ConvertTo-Posix ([System.DateTime]::UtcNow); patterns = @($rows) }
}

# What runs, listens and is mounted, where nobody has said yet what is expected.
function Get-LearningAnswer {
    $running = @(Get-Facts 'Win32_Service' "State='Running'" | ForEach-Object { [string]$_.Name })
    $mounts = @()
    foreach ($volume in (Get-DiskAnswer)['volumes']) {
        if ($volume['drive_type'] -eq 3) {
            $mounts += @{ path = $volume['mount'].TrimEnd('\'); kind = $volume['filesystem'] }
        }
    }
    return @{ services = @($running); listen = (Get-PortsAnswer)['listen']; mounts = @($mounts) }
}

# The answer to one question, or why there is none: the name of the error, which no language changes.
function Get-Section($Question) {
    $names = @()
    foreach ($argument in @($Question.args)) {
        if ($null -ne $argument) { $names += [string]$argument }
    }
    $script:Limit = [int][math]::Max(1, [math]::Ceiling([double]$Question.limit_s))
    $section = [ordered]@{ name = [string]$Question.name; args = @($names); limit_s = [double]$Question.limit_s }
    $script:Clock = [System.Diagnostics.Stopwatch]::StartNew()
    $section['began'] = [math]::Round($script:Watch.Elapsed.TotalSeconds, 3)
    $section['value'] = $null
    $section['error'] = ''
    try {
        switch -CaseSensitive ($section['name']) {
            'system' { $section['value'] = Get-SystemAnswer; break }
            'services' { $section['value'] = Get-ServicesAnswer $names; break }
            'processes' { $section['value'] = Get-ProcessesAnswer; break }
            'ports' { $section['value'] = Get-PortsAnswer; break }
            'disk' { $section['value'] = Get-DiskAnswer; break }
            'files' { $section['value'] = Get-FilesAnswer $names; break }
            'learning' { $section['value'] = Get-LearningAnswer; break }
            'time-sync' { $section['value'] = Get-TimeSyncAnswer; break }
            default { $section['error'] = 'unasked' }
        }
    } catch {
        $mistake = $_.Exception
        $section['value'] = $null
        $section['error'] = $mistake.GetType().FullName
        if ($mistake.PSObject.Properties['NativeErrorCode']) {
            $section['error'] += ' ' + [string]$mistake.NativeErrorCode
        }
    }
    $section['seconds'] = [math]::Round($script:Watch.Elapsed.TotalSeconds - $section['began'], 3)
    return $section
}

$own = $MyInvocation.MyCommand.Path
if (-not $Folder) { $Folder = [System.IO.Path]::GetDirectoryName($own) }
if (-not $Questions) { $Questions = [System.IO.Path]::ChangeExtension($own, $null).TrimEnd('.') + '.questions.json' }
if (-not [System.IO.File]::Exists($Questions)) {
    Write-Host "The questions are missing: $Questions. Copy both files into one folder."
    exit 3
}
$order = [System.IO.File]::ReadAllText($Questions, $Utf8) | ConvertFrom-Json
$script:Limit = 10
$script:Clock = $null
$script:Watch = [System.Diagnostics.Stopwatch]::StartNew()
$began = [System.DateTime]::UtcNow
$word = [string]$order.host
if (-not $word) { $word = [System.Environment]::MachineName }
$word = [System.Text.RegularExpressions.Regex]::Replace($word, '[^A-Za-z0-9._-]', '-')
$name = 'cathlab-' + $word + '-' + $began.ToString('yyyyMMdd-HHmmss', $Invariant) + '.json'
Write-Host ('Collecting on ' + [System.Environment]::MachineName + ', please wait ...')
$sections = @()
foreach ($question in @($order.probes)) { $sections += Get-Section $question }
$document = [ordered]@{
    format = 'cathlab-bundle'
    version = 1
    system = 'windows'
    host = [string]$order.host
    hostname = [System.Environment]::MachineName
    user = [System.Environment]::UserName
    tool = [string]$order.tool
    collected = $began.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", $Invariant)
    sections = @($sections)
}
$content = $Utf8.GetBytes((ConvertTo-Json -InputObject $document -Depth 8 -Compress))
$hash = (New-Object -TypeName System.Security.Cryptography.SHA256CryptoServiceProvider).ComputeHash($content)
$sum = [System.BitConverter]::ToString($hash).Replace('-', '').ToLowerInvariant()
$path = [System.IO.Path]::Combine($Folder, $name)
try {
    [System.IO.File]::WriteAllBytes($path, $content)
    [System.IO.File]::WriteAllBytes($path + '.sha256', $Utf8.GetBytes($sum + '  ' + $name + "`n"))
} catch {
    Write-Host "Cannot write into $Folder. Name a folder: -Folder E:\"
    exit 3
}
Write-Host "SHA-256 $sum"
Write-Host "Written: $path"
